/* TD3 rows that parser and document tests share: ICAO's specimen and synthetic people. */
#ifndef PAMIT_TEST_MRZ_ROWS_H
#define PAMIT_TEST_MRZ_ROWS_H

#include "mrz.h"

struct mrz_row {
    const char *says;
    const char *line[2];
    const char *document_code, *issuing_state, *number, *nationality, *birth, *expiry;
    char sex;
    const char *primary, *secondary, *optional;
    bool truncated;
    bool fails[MRZ_PLACES]; /* number, birth, expiry, optional, composite */
    uint32_t issues;        /* besides the check digits */
    bool valid;
};

/* clang-format off */
static const struct mrz_row mrz_rows[] = {
    {"ICAO TD3",
     {"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
      "L898902C36UTO7408122F1204159ZE184226B<<<<<10"},
     "P", "UTO", "L898902C3", "UTO", "740812", "120415", 'F', "ERIKSSON", "ANNA MARIA", "ZE184226B", false, {0, 0, 0, 0, 0}, 0, true},
    {"ordinary, 8-character number, last word as primary",
     {"P<IDNWULANDARI<<SRI<RATNA<<<<<<<<<<<<<<<<<<<",
      "C7310452<0IDN9403176F2908111<<<<<<<<<<<<<<<2"},
     "P", "IDN", "C7310452", "IDN", "940317", "290811", 'F', "WULANDARI", "SRI RATNA", "", false, {0, 0, 0, 0, 0}, 0, true},
    {"mononym: primary only, no secondary",
     {"P<IDNSUPARMAN<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
      "B4820917<8IDN8801029M2706306<<<<<<<<<<<<<<<4"},
     "P", "IDN", "B4820917", "IDN", "880102", "270630", 'M', "SUPARMAN", "", "", false, {0, 0, 0, 0, 0}, 0, true},
    {"mononym; month and day of birth unknown (91<<<<)",
     {"P<IDNMUNAWAROH<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
      "C1129087<6IDN91<<<<6F2601146<<<<<<<<<<<<<<<4"},
     "P", "IDN", "C1129087", "IDN", "91<<<<", "260114", 'F', "MUNAWAROH", "", "", false, {0, 0, 0, 0, 0}, 0, true},
    {"e-passport X number, 10-year validity, personal-number field used",
     {"P<IDNSANTOSO<<BAMBANG<<<<<<<<<<<<<<<<<<<<<<<",
      "X1450023<6IDN8605250M340219911A21JB01234T<44"},
     "P", "IDN", "X1450023", "IDN", "860525", "340219", 'M', "SANTOSO", "BAMBANG", "11A21JB01234T", false, {0, 0, 0, 0, 0}, 0, true},
    {"empty personal number with check digit '0' instead of '<'",
     {"P<IDNNURHASANAH<<SITI<<<<<<<<<<<<<<<<<<<<<<<",
      "E0098321<5IDN9902288F3311031<<<<<<<<<<<<<<02"},
     "P", "IDN", "E0098321", "IDN", "990228", "331103", 'F', "NURHASANAH", "SITI", "", false, {0, 0, 0, 0, 0}, 0, true},
    {"apostrophe omitted: QUR'ANI -> QURANI",
     {"P<IDNQURANI<<NURUL<AINI<<<<<<<<<<<<<<<<<<<<<",
      "C5567120<2IDN9709085F2803054<<<<<<<<<<<<<<<8"},
     "P", "IDN", "C5567120", "IDN", "970908", "280305", 'F', "QURANI", "NURUL AINI", "", false, {0, 0, 0, 0, 0}, 0, true},
    {"leading apostrophe omitted: 'AISYAH -> AISYAH",
     {"P<IDNAISYAH<<NUR<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
      "C5567131<2IDN9612121F2803054<<<<<<<<<<<<<<<0"},
     "P", "IDN", "C5567131", "IDN", "961212", "280305", 'F', "AISYAH", "NUR", "", false, {0, 0, 0, 0, 0}, 0, true},
    {"hyphens become one filler: AL-HABSYI, ABDUL-RAHMAN",
     {"P<IDNAL<HABSYI<<ABDUL<RAHMAN<<<<<<<<<<<<<<<<",
      "B9002718<8IDN7904141M2701220<<<<<<<<<<<<<<<0"},
     "P", "IDN", "B9002718", "IDN", "790414", "270122", 'M', "AL HABSYI", "ABDUL RAHMAN", "", false, {0, 0, 0, 0, 0}, 0, true},
    {"leading hyphen dropped (-AHMAD); born 29 Feb 2000",
     {"P<IDNAHMAD<<MUHAMMAD<<<<<<<<<<<<<<<<<<<<<<<<",
      "C6650012<6IDN0002299M3003013<<<<<<<<<<<<<<<8"},
     "P", "IDN", "C6650012", "IDN", "000229", "300301", 'M', "AHMAD", "MUHAMMAD", "", false, {0, 0, 0, 0, 0}, 0, true},
    {"truncated: secondary cut at the right edge",
     {"P<IDNKUSUMANINGRUM<SOERJOKOESOEMO<<RADEN<AJE",
      "C3300457<6IDN8507217F2812128<<<<<<<<<<<<<<<2"},
     "P", "IDN", "C3300457", "IDN", "850721", "281212", 'F', "KUSUMANINGRUM SOERJOKOESOEMO", "RADEN AJE", "", true, {0, 0, 0, 0, 0}, 0, true},
    {"mononym longer than 39: primary cut, no filler at all in the name field",
     {"P<IDNSOEMODIHARDJOKOESOEMONINGRATWIDJOJOATMO",
      "A7012345<0IDN5906060M2609094<<<<<<<<<<<<<<<8"},
     "P", "IDN", "A7012345", "IDN", "590606", "260909", 'M', "SOEMODIHARDJOKOESOEMONINGRATWIDJOJOATMO", "", "", true, {0, 0, 0, 0, 0}, 0, true},
    {"double filler again inside the given names (issuer slip): must still parse, all words after the first << are secondary",
     {"P<IDNSIMBOLON<<TIGOR<<MANGAPUL<<<<<<<<<<<<<<",
      "C8810221<2IDN9001192M2904102<<<<<<<<<<<<<<<4"},
     "P", "IDN", "C8810221", "IDN", "900119", "290410", 'M', "SIMBOLON", "TIGOR MANGAPUL", "", false, {0, 0, 0, 0, 0}, 0, true},
    {"diplomatic, second code letter D",
     {"PDIDNPRAKOSO<<HENDRA<<<<<<<<<<<<<<<<<<<<<<<<",
      "D0012345<0IDN7103036M2701013<<<<<<<<<<<<<<<8"},
     "PD", "IDN", "D0012345", "IDN", "710303", "270101", 'M', "PRAKOSO", "HENDRA", "", false, {0, 0, 0, 0, 0}, 0, true},
    {"'PP' ordinary-passport code of the newer 9303 editions",
     {"PPIDNLESTARI<<DEWI<<<<<<<<<<<<<<<<<<<<<<<<<<",
      "C9012210<3IDN9506309F3506293<<<<<<<<<<<<<<<2"},
     "PP", "IDN", "C9012210", "IDN", "950630", "350629", 'F', "LESTARI", "DEWI", "", false, {0, 0, 0, 0, 0}, 0, true},
    {"sex unspecified '<'",
     {"P<IDNYULIANTI<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
      "C2231009<3IDN9307182<2801016<<<<<<<<<<<<<<<6"},
     "P", "IDN", "C2231009", "IDN", "930718", "280101", '<', "YULIANTI", "", "", false, {0, 0, 0, 0, 0}, 0, true},
    {"one digit of the number changed: number and composite digits fail",
     {"P<IDNHIDAYAT<<RAHMAT<<<<<<<<<<<<<<<<<<<<<<<<",
      "B1284567<3IDN8708092M2701013<<<<<<<<<<<<<<<6"},
     "P", "IDN", "B1284567", "IDN", "870809", "270101", 'M', "HIDAYAT", "RAHMAT", "", false, {1, 0, 0, 0, 1}, 0, false},
    {"composite digit replaced by '<': invalid (never optional)",
     {"P<IDNHIDAYAT<<RAHMAT<<<<<<<<<<<<<<<<<<<<<<<<",
      "B1234567<3IDN8708092M2701013<<<<<<<<<<<<<<<<"},
     "P", "IDN", "B1234567", "IDN", "870809", "270101", 'M', "HIDAYAT", "RAHMAT", "", false, {0, 0, 0, 0, 1}, 0, false},
    {"30 February: every check digit holds, date impossible",
     {"P<IDNPUTRI<<MAYA<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
      "C4411223<5IDN9202302F2901019<<<<<<<<<<<<<<<2"},
     "P", "IDN", "C4411223", "IDN", "920230", "290101", 'F', "PUTRI", "MAYA", "", false, {0, 0, 0, 0, 0}, MRZ_ISSUE_BIRTH_DATE, false},
    {"letter I printed inside the number and digits computed for it: valid as it stands; a repair to 1 would be wrong",
     {"P<IDNPUTRI<<MAYA<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
      "C44I1223<4IDN9202128F2901019<<<<<<<<<<<<<<<4"},
     "P", "IDN", "C44I1223", "IDN", "920212", "290101", 'F', "PUTRI", "MAYA", "", false, {0, 0, 0, 0, 0}, 0, true},
    {"6/G blind pair: 'C7G01556' and 'C7601556' have the same check digit; a reader confusing them cannot be caught",
     {"P<IDNGUNAWAN<<ADI<<<<<<<<<<<<<<<<<<<<<<<<<<<",
      "C7G01556<2IDN8909095M2909093<<<<<<<<<<<<<<<8"},
     "P", "IDN", "C7G01556", "IDN", "890909", "290909", 'M', "GUNAWAN", "ADI", "", false, {0, 0, 0, 0, 0}, 0, true},
    {"foreign holder, 9-character number and 12-digit personal number",
     {"P<MYSTAN<<MEI<LING<<<<<<<<<<<<<<<<<<<<<<<<<<",
      "A123456784MYS9804049F2903013980404145566<<22"},
     "P", "MYS", "A12345678", "MYS", "980404", "290301", 'F', "TAN", "MEI LING", "980404145566", false, {0, 0, 0, 0, 0}, 0, true},
};
/* clang-format on */

#endif
