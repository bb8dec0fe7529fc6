/* Names as sets of words.
 *
 * Problem: one person is "Siti Nurhaliza Rahmawati" in a record, "RAHMAWATI<<SITI<NURHALIZA" in an
 * MRZ and "Soeharto" in an older one. Method: fold to upper-case ASCII words (letters with marks
 * by the transliteration of ICAO 9303-3, section 6), sort them, keep each once, compare as sets.
 * Spellings fold by the contract's pairs in the contract's order, doubles last, and again until
 * nothing changes: spellings that lead to the same letters by several steps (Sariyem, Sariem) meet,
 * and two letters that only stand together once others are folded (Soeeb, Sueb) stay two. Limits:
 * NAME_WORDS_MAX words of NAME_WORD_LEN - 1 letters; a name beyond them is marked `cut` and is
 * equal to nothing. Refused: guessing which word is a surname, scores, and edit distances.
 */
#include "name.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* ICAO 9303-3, section 6, table A: U+00C0 to U+00DF; the lower-case row folds to the same. */
static const char *const latin1[32] = {
    "A", "A", "A", "A", "AE", "AA", "AE", "C", "E",  "E", "E", "E", "I",  "I", "I",  "I",
    "D", "N", "O", "O", "O",  "O",  "OE", "",  "OE", "U", "U", "U", "UE", "Y", "TH", "SS",
};

/* One character of a name: the letters it folds to; "" for one that is dropped, NULL for one that
 * parts words. `*len` is how many bytes it took. */
static const char *fold_character(const unsigned char *p, size_t *len, char one[2])
{
    *len = 1;
    one[1] = '\0';
    if ((*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9')) {
        one[0] = (char)*p;
        return one;
    }
    if (*p >= 'a' && *p <= 'z') {
        one[0] = (char)(*p - 'a' + 'A');
        return one;
    }
    if (*p == '\'' || *p == '`' || *p == '-')
        return "";
    if (*p == 0xC3 && p[1] >= 0x80 && p[1] <= 0xBF) {
        *len = 2;
        /* 0xD7 and 0xF7 are the signs of multiplication and division: they part words. */
        const char *letters = latin1[(p[1] - 0x80) % 32];
        return p[1] == 0xBF ? "Y" : *letters ? letters : NULL;
    }
    /* U+0300 to U+036F: marks that stand apart from their letter. */
    if ((*p == 0xCC && p[1] >= 0x80 && p[1] <= 0xBF) ||
        (*p == 0xCD && p[1] >= 0x80 && p[1] <= 0xAF)) {
        *len = 2;
        return "";
    }
    /* U+02BC, and of U+2010-U+2019 the hyphens and the apostrophes. */
    if (*p == 0xCA && p[1] == 0xBC) {
        *len = 2;
        return "";
    }
    if (*p == 0xE2 && p[1] == 0x80 &&
        (p[2] == 0x90 || p[2] == 0x91 || p[2] == 0x98 || p[2] == 0x99)) {
        *len = 3;
        return "";
    }
    return NULL;
}

/* Adds a word in its sorted place unless it is there. */
static void words_add(struct name_words *words, const char *word)
{
    size_t at = 0;
    int order = 1;
    while (at < words->count && (order = strcmp(words->word[at], word)) < 0)
        at++;
    if (at < words->count && order == 0)
        return;
    if (words->count == NAME_WORDS_MAX) {
        words->cut = true;
        return;
    }
    memmove(words->word[at + 1], words->word[at], (words->count - at) * NAME_WORD_LEN);
    size_t len = strlen(word);
    assert(len > 0 && len < NAME_WORD_LEN);
    memcpy(words->word[at], word, len + 1);
    words->count++;
}

void name_split(const char *name, struct name_words *out)
{
    memset(out, 0, sizeof *out);
    char word[NAME_WORD_LEN];
    size_t word_len = 0;
    const unsigned char *p = (const unsigned char *)name;
    while (*p) {
        size_t len;
        char one[2];
        const char *letters = fold_character(p, &len, one);
        p += len;
        for (; letters && *letters; letters++) {
            if (word_len + 1 < sizeof word)
                word[word_len++] = *letters;
            else
                out->cut = true;
        }
        if ((!letters || !*p) && word_len > 0) {
            word[word_len] = '\0';
            words_add(out, word);
            word_len = 0;
        }
    }
}

/* The contract's pairs in its order: one or two letters as written, and the one they stand for. */
static const struct {
    const char *written;
    char letter;
} spellings[] = {
    {"OE", 'U'}, {"DJ", 'J'}, {"TJ", 'C'}, {"SY", 'S'}, {"SJ", 'S'}, {"CH", 'H'}, {"KH", 'H'},
    {"DH", 'D'}, {"TH", 'T'}, {"V", 'F'},  {"IY", 'I'}, {"Y", 'I'},  {"IE", 'I'},
};

static void respell(char *word, const char *written, char letter)
{
    char *to = word;
    for (const char *from = word; *from;) {
        const bool found = from[0] == written[0] && (!written[1] || from[1] == written[1]);
        *to++ = found ? letter : *from;
        from += found && written[1] ? 2 : 1;
    }
    *to = '\0';
}

/* Which letters there are, as bits; two characters may share one. */
static uint32_t letters_of(const char *word)
{
    uint32_t letters = 0;
    for (; *word; word++)
        letters |= UINT32_C(1) << (*word & 31);
    return letters;
}

static void collapse_doubles(char *word)
{
    char *to = word;
    for (const char *from = word; *from; from++)
        if (to == word || to[-1] != *from)
            *to++ = *from;
    *to = '\0';
}

/* Ends: each round but the last shortens the word or turns a V or Y into what no rule touches. */
static void fold_word(char word[NAME_WORD_LEN])
{
    char before[NAME_WORD_LEN];
    do {
        memcpy(before, word, sizeof before);
        uint32_t there = letters_of(word);
        for (size_t i = 0; i < COUNT(spellings); i++) {
            const uint32_t needed = letters_of(spellings[i].written);
            if ((there & needed) != needed)
                continue;
            respell(word, spellings[i].written, spellings[i].letter);
            there = letters_of(word);
        }
        collapse_doubles(word);
    } while (strcmp(word, before) != 0);
}

void name_fold_spelling(const struct name_words *words, struct name_words *out)
{
    struct name_words folded = {.cut = words->cut};
    for (size_t i = 0; i < words->count; i++) {
        char word[NAME_WORD_LEN];
        memcpy(word, words->word[i], sizeof word);
        fold_word(word);
        words_add(&folded, word);
    }
    *out = folded;
}

bool name_equal(const struct name_words *a, const struct name_words *b)
{
    return !a->cut && !b->cut && a->count == b->count && name_common(a, b) == a->count;
}

size_t name_common(const struct name_words *a, const struct name_words *b)
{
    size_t common = 0;
    for (size_t i = 0, j = 0; i < a->count && j < b->count;) {
        int order = strcmp(a->word[i], b->word[j]);
        common += order == 0;
        i += order <= 0;
        j += order >= 0;
    }
    return common;
}
