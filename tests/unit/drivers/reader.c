#include "reader.h"

#include <assert.h>
#include <string.h>

const struct reader_document reader_documents[READER_DOCUMENTS] = {
    {{"P<IDNRAHMAWATI<<SITI<<<<<<<<<<<<<<<<<<<<<<<<",
      "X0000012<5IDN9603147F3109027<<<<<<<<<<<<<<06"},
     2},
    {{"I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"}, 2},
    {{"I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6",
      "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"},
     3},
    {{"I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6",
      "TJOKROAMINOTO<<RADEN<HADI<SITI"},
     3},
};

struct bytes {
    uint8_t *p;
    size_t len;
};

static void put(struct bytes *out, const void *p, size_t len)
{
    assert(out->len + len <= READER_LEN_MAX);
    memcpy(out->p + out->len, p, len);
    out->len += len;
}

static void put_rows(struct bytes *out, const struct reader_document *document, const char *end)
{
    for (size_t i = 0; i < document->n_rows; i++) {
        put(out, document->rows[i], strlen(document->rows[i]));
        put(out, end, strlen(end));
    }
}

/* 'I', length, rows. */
static void put_length(struct bytes *out, const struct reader_document *document, const char *end)
{
    put(out, "I\0\0", 3);
    put_rows(out, document, end);
    out->p[2] = (uint8_t)(out->len - 3);
}

/* SOH, length word, "OU", STX, flag, three rows of which the upper may be empty, ETX, BCC. */
static void put_soh(struct bytes *out, const struct reader_document *document, const char *end)
{
    put(out, "\x01\0\0OU\x02\x20", 7);
    for (size_t i = document->n_rows; i < 3; i++)
        put(out, end, strlen(end));
    put_rows(out, document, end);
    put(out, "\x03", 1);
    out->p[1] = (uint8_t)(out->len + 1 - 3);
    uint8_t bcc = 0;
    for (size_t i = 1; i < out->len; i++)
        bcc ^= out->p[i];
    put(out, &bcc, 1);
}

size_t reader_send(const struct scan_profile *profile, enum reader_style style,
                   const struct reader_document *document, uint8_t out[READER_LEN_MAX])
{
    struct bytes bytes = {out, 0};
    const char *end = style == READER_RUN ? "" : "\r\n";
    bool brackets = style == READER_BRACKETS && profile->framing == SCAN_FRAMING_AUTO;
    switch (profile->framing) {
    case SCAN_FRAMING_LENGTH:
        put_length(&bytes, document, end);
        return bytes.len;
    case SCAN_FRAMING_SOH_BCC:
        put_soh(&bytes, document, end);
        return bytes.len;
    case SCAN_FRAMING_STX_ETX:
        brackets = true;
        break;
    case SCAN_FRAMING_AUTO:
    case SCAN_FRAMING_LINES:
        break;
    }
    if (brackets)
        put(&bytes, "\x02", 1);
    put_rows(&bytes, document, end);
    if (brackets)
        put(&bytes, "\x03", 1);
    return bytes.len;
}

bool reader_is_marked(const struct scan_profile *profile, const uint8_t *sent)
{
    return profile->framing == SCAN_FRAMING_LENGTH || sent[0] < ' ';
}
