/* Names as sets of words: folding and comparing (domain.md, what matters most, 10).
 *
 * Indonesian names have no surname in law, many people have one name, the MRZ puts the last word
 * first and cuts long names, and spellings differ by office. Pure.
 */
#ifndef PAMIT_NAME_H
#define PAMIT_NAME_H

#include <stdbool.h>
#include <stddef.h>

#define NAME_WORDS_MAX 16
#define NAME_WORD_LEN  40

struct name_words {
    size_t count;
    char word[NAME_WORDS_MAX][NAME_WORD_LEN]; /* upper case, sorted, each once */
    bool cut; /* words or letters beyond the bounds were left out: equal to nothing */
};

/* Folds case and punctuation (apostrophes and hyphens are dropped); other separators part words.
 * `name` is UTF-8. Two names without any word are equal: the caller asks for count > 0. */
void name_split(const char *name, struct name_words *out);
/* The same words with spellings folded: oe/u, dj/j, tj/c, sy/sj/s, ch/kh/h, dh/d, th/t, v/f,
 * y/iy/i, ie/i, double letters/one. `out` may be `words`. */
void name_fold_spelling(const struct name_words *words, struct name_words *out);
bool name_equal(const struct name_words *a, const struct name_words *b);
/* How many words are in both. */
size_t name_common(const struct name_words *a, const struct name_words *b);

#endif
