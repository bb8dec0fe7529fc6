/* Framing by a header: 'I' + length (profile elyctis) and SOH + length + BCC (profile rte), both
 * sides of every bound, and the resync: a good frame behind, and inside of, a broken one. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "frame_trace.h"

/* 'I', length 89, 73 and 92; the documents of frame_trace.h. */
#define I_A    "I\0\x59" A1 "\r" A2
#define I_B    "I\0\x59" B1 "\r" B2
#define I_C    "I\0\x49" C1 "\r" C2
#define I_D    "I\0\x5c" D1 "\r" D2 "\r" D3
#define I_E    "I\0\x5a" D1 D2 E3
#define E3     "TJOKROAMINOTO<<RADEN<HADI<SITI"
#define D3_CUT "ERIKSSON<<ANNA<MARIA<<<<<<<<<"
#define FE     "F(" D1 "|" D2 "|" E3 ")"
#define ON     "C\0\x01\x01" /* the answer to the command */
#define ON_OFF "C\0\x01\0"

/* SOH, length, "OU", STX, flag, rows, ETX, BCC; worked out by hand (ISO 1745). */
#define RTE_HEAD(length) "\x01" length "\0OU\x02 "
#define RTE_A            RTE_HEAD("a") "\r" A1 "\r" A2 "\r\x03\x42"
#define RTE_C            RTE_HEAD("Q") "\r" C1 "\r" C2 "\r\x03\x6f"
#define RTE_D            RTE_HEAD("c") D1 "\r" D2 "\r" D3 "\r\x03\x5d"
#define RTE_A_SOH        "\1a\0OU\2c\r" A1 "\r" A2 "\r\3" /* and its BCC is SOH */
#define A1_UNREAD        "P<IDN_AHMAWATI<<SITI<<<<<<<<<<<<<<<<<<<<<<<<"

#define R_10  "\r\r\r\r\r\r\r\r\r\r"
#define R_100 R_10 R_10 R_10 R_10 R_10 R_10 R_10 R_10 R_10 R_10

static const struct frame_row rows[] = {
    {"'I', length, rows: at once", "elyctis", BYTES(I_A), "S " FA},
    {"... 2x36 and 3x30", "elyctis", BYTES(I_C I_D), "S " FC " S " FD},
    {"... nothing between the rows", "elyctis", BYTES("I\0\x58" A1 A2), "S " FA},
    {"... an empty row before, CR CR at the end", "elyctis", BYTES("I\0\x5c\r" A1 "\r" A2 "\r\r"),
     "S " FA},
    {"NUL is a mark of what was not read", "elyctis",
     BYTES("I\0\x59P<IDNRAH\0AWATI<<SITI<<<<<<<<<<<<<<<<<<<<<<<<\r" A2),
     "S F(P<IDNRAH~AWATI<<SITI<<<<<<<<<<<<<<<<<<<<<<<<|" A2 ")"},
    {"... but not behind an I, where it would be a header", "elyctis",
     BYTES("I\0\x5c" D1 "\r" D2 "\r" I_A), "S G65:cut " FA},
    {"... two in one burst", "elyctis", BYTES(I_A I_B), "S " FA " S " FB},
    {"row ends between frames are nothing", "elyctis", BYTES(I_A "\r\n" I_B "\r\n" SILENCE),
     "S " FA " S " FB},
    {"the answer to a command is nothing at all", "elyctis", BYTES(ON), ""},
    {"... before and behind a frame", "elyctis", BYTES(ON I_A ON SILENCE ON_OFF SILENCE), "S " FA},
    {"half an answer is garbage", "elyctis", BYTES("C\0" SILENCE), "S G2:cut"},
    {"... and so is what only begins like one", "elyctis", BYTES("C\0\x02" I_A),
     "S G3:outside " FA},
    {"marks of what was not read stay", "elyctis",
     BYTES("I\0\x59P<IDN\0_?<<< <<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\r" A2),
     "S F(P<IDN~_?<<< <<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<|" A2 ")"},
    {"rows that are no document wait for silence", "elyctis", BYTES("I\0\x07NO READ" SILENCE),
     "S F(NO READ)"},
    {"... row ends behind them change nothing", "elyctis", BYTES("I\0\x07NO READ\r\n" SILENCE),
     "S F(NO READ)"},
    {"... what else follows shows that there was no frame", "elyctis", BYTES("I\0\x07NO READ" I_A),
     "S G10:shape " FA},
    {"rows swapped wait for silence and stay swapped", "elyctis",
     BYTES("I\0\x59" A2 "\r" A1 SILENCE), "S F(" A2 "|" A1 ")"},
    {"a length of 0 is none", "elyctis", BYTES("I\0\0" SILENCE), "S G3:length"},
    {"a length of 1 is one", "elyctis", BYTES("I\0\x01X" SILENCE), "S F(X)"},
    {"a frame of 1024 bytes can be", "elyctis",
     BYTES("I\x03\xfd" R_100 R_100 R_100 R_100 R_100 R_100 R_100 R_100 R_100 R_10 R_10 R_10
           "\r\r" A1 "\r" A2),
     "S " FA},
    {"... one of 1025 can't", "elyctis", BYTES("I\x03\xfe" I_A), "S G3:length " FA},
    {"a length that is too long is found out by the next frame's bytes", "elyctis",
     BYTES("I\0\x5a" A1 "\r" A2 I_B I_B), "S G92:cut " FB " S " FB},
    {"a length that is too short leaves the rest outside", "elyctis",
     BYTES("I\0\x58" A1 "\r" A2 I_B), "S G92:shape " FB},
    {"a control byte in the rows ends it at once", "elyctis", BYTES("I\0\x59" A1 "\x05" I_A),
     "S G48:control " FA},
    {"a row of 91 is too long", "elyctis", BYTES("I\0\xff" A1 A1 "<<<" I_A), "S G94:long " FA},
    {"a fourth row is one too many", "elyctis",
     BYTES("I\0\xff"
           "1\r2\r3\r4" I_A),
     "S G10:shape " FA},
    {"half a frame, then silence", "elyctis", BYTES("I\0\x59" A1 "\rX00" SILENCE),
     "S P(" A1 "|X00)"},
    {"a header alone, then silence", "elyctis", BYTES("I\0\x59" SILENCE), "S G3:cut"},
    {"a whole frame inside of half a frame is found at silence", "elyctis",
     BYTES("I\x03\xe8" I_A SILENCE), "S G3:cut " FA},
    {"... and the one behind it", "elyctis", BYTES("I\x03\xe8" I_A I_B SILENCE),
     "S G3:cut " FA " S " FB},
    {"... and one that fills it to the byte", "elyctis", BYTES("I\0\x5c" I_A SILENCE),
     "S G3:cut " FA},
    {"a name that ends in I waits for the byte behind it: the next frame", "elyctis",
     BYTES(I_E I_A), "S " FE " S " FA},
    {"... the answer to a command", "elyctis", BYTES(I_E ON), "S " FE},
    {"... a row end", "elyctis", BYTES(I_E "\r\n" I_A), "S " FE " S " FA},
    {"... or silence", "elyctis", BYTES(I_E SILENCE), "S " FE},
    {"... a length's high byte: a byte was lost, and the I begins a frame", "elyctis",
     BYTES("I\0\x5a" D1 D2 D3_CUT I_A), "S G92:cut " FA},
    {"... also 4, the last there is", "elyctis", BYTES(I_E "\x04" SILENCE), "S G94:shape"},
    {"... but not 5", "elyctis", BYTES(I_E "\x05" SILENCE), "S " FE " S G1:outside"},
    {"an answer that lost its last byte does not take the next frame's first", "elyctis",
     BYTES("C\0\x01" I_A), "S G3:outside " FA},
    {"garbage before a frame", "elyctis", BYTES("noise II" I_A), "S G8:outside " FA},
    {"lines without a header are garbage", "elyctis", BYTES("P<XYZ\r" I_A), "S G5:outside " FA},

    {"SOH, length, rows, BCC", "rte", BYTES(RTE_A), "S " FA},
    {"... 2x36 and 3x30", "rte", BYTES(RTE_C RTE_D), "S " FC " S " FD},
    {"... a length that counts the whole frame", "rte",
     BYTES(RTE_HEAD("d") "\r" A1 "\r" A2 "\r\x03\x47"), "S " FA},
    {"... what was not read is '_'", "rte",
     BYTES(RTE_HEAD("a") "\r" A1_UNREAD "\r" A2 "\r\x03\x4f"), "S F(" A1_UNREAD "|" A2 ")"},
    {"... believed with any rows", "rte", BYTES(RTE_HEAD("5") "\r\r" A2 "\r\x03\x62"),
     "S F(" A2 ")"},
    {"... but not with none", "rte", BYTES("\x01\x09\0OU\x02 \r\r\r\x03\x3f"), "S G12:shape"},
    {"two in one burst", "rte", BYTES(RTE_A RTE_D), "S " FA " S " FD},
    {"a wrong BCC is garbage, and the frame behind it is found", "rte",
     BYTES(RTE_HEAD("a") "\r" A1 "\r" A2 "\r\x03\x43" RTE_A), "S G100:bcc " FA},
    {"... when the BCC itself is missing too", "rte",
     BYTES(RTE_HEAD("a") "\r" A1 "\r" A2 "\r\x03" RTE_A), "S G99:bcc " FA},
    {"SOH that makes a right BCC is one, and begins no frame", "rte",
     BYTES(RTE_A_SOH RTE_D SILENCE), "S " FA " S G98:outside"},
    {"a changed byte is found out", "rte",
     BYTES(RTE_HEAD("a") "\r" A1_UNREAD "\r" A2 "\r\x03\x42" SILENCE), "S G100:bcc"},
    {"a length one too many", "rte", BYTES(RTE_HEAD("b") "\r" A1 "\r" A2 "\r\x03\x41" RTE_A),
     "S G100:length " FA},
    {"a length one too few", "rte", BYTES(RTE_HEAD("`") "\r" A1 "\r" A2 "\r\x03\x43" RTE_A),
     "S G100:length " FA},
    {"a length no frame can have", "rte", BYTES("\x01\x05\0" RTE_A), "S G3:length " FA},
    {"a length beyond 1024", "rte", BYTES("\x01\x01\x08" RTE_A), "S G3:length " FA},
    {"another device's block", "rte",
     BYTES("\x01"
           "a\0MU" RTE_A),
     "S G5:outside " FA},
    {"a lost ETX is found out by the next SOH", "rte",
     BYTES(RTE_HEAD("a") "\r" A1 "\r" A2 "\r" RTE_A), "S G98:control " FA},
    {"garbage that looks like a header", "rte",
     BYTES("\x01\x01"
           "a\0OU\x02\x01" RTE_A),
     "S G8:length " FA},
    {"half a frame, then silence", "rte", BYTES(RTE_HEAD("a") "\r" A1 "\rX00" SILENCE),
     "S P(" A1 "|X00)"},
    {"a frame without its BCC, then silence", "rte",
     BYTES(RTE_HEAD("a") "\r" A1 "\r" A2 "\r\x03" SILENCE), "S P(" A1 "|" A2 ")"},
    {"half a header, then silence", "rte",
     BYTES("\x01"
           "a\0O" SILENCE),
     "S G4:cut"},
    {"lines without a header are garbage", "rte", BYTES(A1 "\r" A2 "\r" RTE_A),
     "S G88:outside " FA},
};

static void every_row_comes_out_the_same_however_it_arrives(void **state)
{
    (void)state;
    frame_rows_check(rows, sizeof rows / sizeof rows[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_comes_out_the_same_however_it_arrives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
