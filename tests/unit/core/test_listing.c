/* listing: encoding both ways, what is no record, and who is meant by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core_samples.h"
#include "listing.h"

#define COUNT(table)     (sizeof(table) / sizeof *(table))
#define SET(field, text) snprintf(field, sizeof(field), "%s", text)

/* The contract's first: a deferral, by document and by person. */
static struct listing deferral(void)
{
    return (struct listing){
        .kind = LISTING_DEFERRAL,
        .passport_no = "X0000005",
        .passport_country = "IDN",
        .name_mrz = "LESTARI PUTRI",
        .birth_date = {2001, 2, 3},
        .from = {2026, 11, 20},
        .expires = {2027, 11, 20},
        .issued_by = "TPI-BATAM-CENTRE",
        .reason = 26,
    };
}

static struct listing complaint(void)
{
    return (struct listing){
        .kind = LISTING_COMPLAINT,
        .placement_id = "PMI-2026-000001",
        .from = {2026, 11, 20},
        .expires = {2027, 11, 20},
        .issued_by = "KP2MI",
        .reason = 75,
    };
}

static struct span encoded(const struct listing *listing, uint8_t bytes[LISTING_CBOR_MAX])
{
    struct cbor_writer w;
    struct span out = span_of(NULL, 0);
    const char *why = "";
    cbor_writer_init(&w, bytes, LISTING_CBOR_MAX);
    if (listing_encode(listing, &w, &why) != ERR_OK || cbor_writer_finish(&w, &out) != ERR_OK)
        fail_msg("%s", why);
    return out;
}

static struct span identity_of(const struct listing *listing, uint8_t bytes[LISTING_CBOR_MAX])
{
    struct cbor_writer w;
    struct span out = span_of(NULL, 0);
    const char *why = "";
    cbor_writer_init(&w, bytes, LISTING_CBOR_MAX);
    if (listing_encode_identity(listing, &w, &why) != ERR_OK ||
        cbor_writer_finish(&w, &out) != ERR_OK)
        fail_msg("%s", why);
    return out;
}

static void identity_kept(struct listing *listing)
{
    (void)listing;
}

static void identity_expires(struct listing *listing)
{
    listing->expires.year++;
}

static void identity_reason(struct listing *listing)
{
    listing->reason = 81;
}

static void identity_issuer(struct listing *listing)
{
    SET(listing->issued_by, "TPI-NUNUKAN");
}

static void identity_from(struct listing *listing)
{
    listing->from.day++;
}

static void identity_kind(struct listing *listing)
{
    listing->kind = LISTING_SOI;
}

static void identity_number(struct listing *listing)
{
    SET(listing->passport_no, "X0000006");
}

static void identity_name(struct listing *listing)
{
    SET(listing->name_mrz, "LESTARI PUTRA");
}

static void identity_birth(struct listing *listing)
{
    listing->birth_date.day++;
}

static void test_identity(void **state)
{
    (void)state;
    static const struct {
        const char *proves;
        void (*change)(struct listing *listing);
        bool same;
    } rows[] = {
        {"nothing", identity_kept, true},
        {"its end", identity_expires, true},
        {"its reason", identity_reason, true},
        {"who issued it", identity_issuer, false},
        {"its beginning", identity_from, false},
        {"its kind", identity_kind, false},
        {"the document", identity_number, false},
        {"the person's name", identity_name, false},
        {"the person's birth date", identity_birth, false},
    };
    const struct listing listing = deferral();
    uint8_t bytes[LISTING_CBOR_MAX], other_bytes[LISTING_CBOR_MAX];
    const struct span ours = identity_of(&listing, bytes);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct listing other = listing;
        rows[i].change(&other);
        const struct span theirs = identity_of(&other, other_bytes);
        const bool same = ours.len == theirs.len && memcmp(ours.p, theirs.p, ours.len) == 0;
        if (same != rows[i].same)
            fail_msg("%s", rows[i].proves);
    }
    struct listing bad = listing;
    bad.expires = (struct date){2026, 11, 19};
    struct cbor_writer w;
    const char *why = "";
    cbor_writer_init(&w, bytes, sizeof bytes);
    assert_int_equal(listing_encode_identity(&bad, &w, &why), ERR_INVALID);
    assert_string_equal(why, "expires");
}

static void test_round_trip(void **state)
{
    (void)state;
    const struct listing listings[] = {deferral(), complaint()};
    for (size_t i = 0; i < COUNT(listings); i++) {
        uint8_t bytes[LISTING_CBOR_MAX];
        struct span span = encoded(&listings[i], bytes);
        struct cbor_reader r;
        struct listing back;
        cbor_reader_init(&r, span);
        assert_int_equal(listing_decode(&r, &back), ERR_OK);
        assert_int_equal(cbor_reader_finish(&r), ERR_OK);
        assert_int_equal(back.kind, listings[i].kind);
        assert_string_equal(back.passport_no, listings[i].passport_no);
        assert_string_equal(back.passport_country, listings[i].passport_country);
        assert_string_equal(back.name_mrz, listings[i].name_mrz);
        assert_int_equal(date_compare(back.birth_date, listings[i].birth_date), 0);
        assert_string_equal(back.placement_id, listings[i].placement_id);
        assert_int_equal(date_compare(back.from, listings[i].from), 0);
        assert_int_equal(date_compare(back.expires, listings[i].expires), 0);
        assert_string_equal(back.issued_by, listings[i].issued_by);
        assert_int_equal(back.reason, listings[i].reason);
        for (size_t len = 0; len < span.len; len++) {
            cbor_reader_init(&r, span_of(bytes, len));
            assert_int_equal(listing_decode(&r, &back), ERR_INVALID);
        }
    }
}

static void test_the_longest_fits(void **state)
{
    (void)state;
    struct listing listing = deferral();
    memset(listing.passport_no, 'X', sizeof listing.passport_no - 1);
    memset(listing.name_mrz, 'N', 30);
    memset(listing.name_mrz + 30, ' ', 1);
    memset(listing.name_mrz + 31, 'M', sizeof listing.name_mrz - 32);
    memset(listing.placement_id, 'P', sizeof listing.placement_id - 1);
    memset(listing.issued_by, 'I', sizeof listing.issued_by - 1);
    listing.expires = (struct date){9999, 12, 31};
    listing.reason = 999;
    uint8_t bytes[LISTING_CBOR_MAX];
    assert_true(encoded(&listing, bytes).len > 150);
}

static void no_kind(struct listing *l)
{
    l->kind = LISTING_UNKNOWN;
}
static void a_kind_beyond(struct listing *l)
{
    l->kind = (enum listing_kind)(LISTING_KIND_MAX + 1);
}
static void no_country(struct listing *l)
{
    l->passport_country[0] = '\0';
}
static void a_country_alone(struct listing *l)
{
    l->passport_no[0] = '\0';
}
static void a_number_in_small(struct listing *l)
{
    l->passport_no[0] = 'x';
}
static void a_name_of_no_letters(struct listing *l)
{
    SET(l->name_mrz, "--");
}
static void a_name_with_a_bell(struct listing *l)
{
    SET(l->name_mrz, "PUTRI\a");
}
static void a_birth_in_part(struct listing *l)
{
    l->birth_date.day = 0;
}
static void no_from(struct listing *l)
{
    l->from = (struct date){0};
}
static void no_expires(struct listing *l)
{
    l->expires = (struct date){0};
}
static void expired_before_it_began(struct listing *l)
{
    l->expires = sample_day("2026-11-19");
}
static void a_reason_beyond(struct listing *l)
{
    l->reason = 1000;
}
static void nobody(struct listing *l)
{
    l->passport_no[0] = l->passport_country[0] = l->name_mrz[0] = '\0';
}
static void a_name_without_birth(struct listing *l)
{
    l->passport_no[0] = l->passport_country[0] = '\0';
    l->birth_date = (struct date){0};
}
static void a_lost_document_without_number(struct listing *l)
{
    l->kind = LISTING_DOCUMENT_LOST;
    l->passport_no[0] = l->passport_country[0] = '\0';
}
static void a_complaint_about_no_placement(struct listing *l)
{
    l->kind = LISTING_COMPLAINT;
}

static const struct {
    void (*spoil)(struct listing *l);
    const char *why;
} incomplete[] = {
    {no_kind, "kind"},
    {a_kind_beyond, "kind"},
    {no_country, "passport_country"},
    {a_country_alone, "passport_country"},
    {a_number_in_small, "passport_no"},
    {a_name_of_no_letters, "name_mrz"},
    {a_name_with_a_bell, "name_mrz"},
    {a_birth_in_part, "birth_date"},
    {no_from, "from"},
    {no_expires, "expires"},
    {expired_before_it_began, "expires"},
    {a_reason_beyond, "reason"},
    {nobody, "passport_no"},
    {a_name_without_birth, "passport_no"},
    {a_lost_document_without_number, "passport_no"},
    {a_complaint_about_no_placement, "placement_id"},
};

static void test_what_is_no_record(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(incomplete); i++) {
        struct listing listing = deferral();
        incomplete[i].spoil(&listing);
        const char *why = "nothing";
        assert_false(listing_complete(&listing, &why));
        assert_string_equal(why, incomplete[i].why);
        uint8_t bytes[LISTING_CBOR_MAX];
        struct cbor_writer w;
        cbor_writer_init(&w, bytes, sizeof bytes);
        assert_int_equal(listing_encode(&listing, &w, &why), ERR_INVALID);
    }
}

static void test_the_least_of_each_kind(void **state)
{
    (void)state;
    const char *why;
    struct listing listing = {
        .kind = LISTING_SOI, .from = {2026, 1, 1}, .expires = {2026, 1, 1}, .name_mrz = "HIDAYAT"};
    listing.birth_date = sample_day("1990-05-05");
    assert_true(listing_complete(&listing, &why));
    listing.kind = LISTING_DOCUMENT_LOST;
    assert_false(listing_complete(&listing, &why));
    SET(listing.passport_no, "X1");
    SET(listing.passport_country, "D");
    assert_true(listing_complete(&listing, &why));
    listing.kind = LISTING_KINDS;
    SET(listing.placement_id, "PMI-1");
    listing.passport_no[0] = listing.passport_country[0] = listing.name_mrz[0] = '\0';
    assert_true(listing_complete(&listing, &why));
}

/* ---- finding --------------------------------------------------------------------------------- */

static struct document putri(void)
{
    return sample_document("P<IDNLESTARI<<PUTRI<<<<<<<<<<<<<<<<<<<<<<<<<",
                           "X0000005<6IDN0102030F3101012<<<<<<<<<<<<<<<2");
}

static void test_texts(void **state)
{
    (void)state;
    struct listing_text texts[LISTING_TEXTS_MAX];
    struct listing listing = deferral();
    assert_int_equal(listing_index(&listing, texts), 2);
    assert_string_equal(texts[0].text, "D IDN X0000005");
    assert_string_equal(texts[1].text, "P 2001-02-03 LESTARI PUTRI");
    listing.kind = LISTING_DOCUMENT_LOST;
    assert_int_equal(listing_index(&listing, texts), 1);
    listing = complaint();
    assert_int_equal(listing_index(&listing, texts), 1);
    assert_string_equal(texts[0].text, "C PMI-2026-000001");
    listing = deferral();
    SET(listing.placement_id, "PMI-2026-000001");
    assert_int_equal(listing_index(&listing, texts), 2);
    listing.kind = (enum listing_kind)LISTING_KIND_MAX; /* nobody knows by what it is found */
    assert_int_equal(listing_index(&listing, texts), 3);

    struct document document = putri();
    struct match match = {.grade = MATCH_NONE};
    assert_int_equal(listing_lookups(&document, &match, texts), 2);
    match = (struct match){.grade = MATCH_CONFLICT, .placement = sample_placement()};
    assert_int_equal(listing_lookups(&document, &match, texts), 3);
    assert_string_equal(texts[2].text, "C PMI-2026-000001");
    document.birth.day = 0;
    document.number[0] = '\0';
    assert_int_equal(listing_lookups(&document, &match, texts), 1);
}

/* The text of the longest name there can be is whole. */
static void test_the_longest_text(void **state)
{
    (void)state;
    struct document document = putri();
    struct match match = {.grade = MATCH_NONE};
    memset(document.name, 'A', sizeof document.name - 1);
    for (size_t i = 3; i < sizeof document.name - 1; i += 6)
        document.name[i] = ' ';
    for (size_t i = 0; i + 1 < sizeof document.name; i++)
        if (document.name[i] == 'A')
            document.name[i] = (char)('A' + i * 7 % 23);
    struct listing_text texts[LISTING_TEXTS_MAX];
    assert_int_equal(listing_lookups(&document, &match, texts), 2);
    assert_true(strlen(texts[1].text) > 60);
    assert_true(strlen(texts[1].text) + 1 < sizeof texts[1].text);
}

static void as_it_is(struct listing *l)
{
    (void)l;
}
static void from_today(struct listing *l)
{
    l->from = sample_day("2026-11-21");
}
static void from_tomorrow(struct listing *l)
{
    l->from = sample_day("2026-11-22");
}
static void until_today(struct listing *l)
{
    l->expires = sample_day("2026-11-21");
}
static void until_yesterday(struct listing *l)
{
    l->expires = sample_day("2026-11-20");
}
static void another_passport(struct listing *l)
{
    SET(l->passport_no, "X9999999");
}
static void another_country(struct listing *l)
{
    SET(l->passport_country, "MYS");
    l->name_mrz[0] = '\0';
}
static void spelled_otherwise(struct listing *l)
{
    another_passport(l);
    SET(l->name_mrz, "Poetri Lestarie");
}
static void a_name_in_part(struct listing *l)
{
    another_passport(l);
    SET(l->name_mrz, "LESTARI");
}
static void a_longer_name(struct listing *l)
{
    another_passport(l);
    SET(l->name_mrz, "LESTARI PUTRI AYU");
}
static void another_birth(struct listing *l)
{
    another_passport(l);
    l->birth_date.day = 4;
}
static void nobody_here(struct listing *l)
{
    a_name_in_part(l);
    SET(l->name_mrz, "HIDAYAT");
}
static void lost_by_name(struct listing *l)
{
    another_passport(l);
    l->kind = LISTING_DOCUMENT_LOST;
}
static void lost(struct listing *l)
{
    l->kind = LISTING_DOCUMENT_LOST;
}
static void complained_of(struct listing *l)
{
    *l = complaint();
}
static void of_a_later_kind(struct listing *l)
{
    l->kind = LISTING_KINDS;
}
static void complained_of_another(struct listing *l)
{
    *l = complaint();
    SET(l->placement_id, "PMI-2026-000002");
}

static const struct {
    const char *says;
    void (*change)(struct listing *l);
    enum listing_kind hits; /* LISTING_UNKNOWN: none */
} rows[] = {
    {"by number and by name", as_it_is, LISTING_DEFERRAL},
    {"in force from today", from_today, LISTING_DEFERRAL},
    {"not yet", from_tomorrow, LISTING_UNKNOWN},
    {"in force until today", until_today, LISTING_DEFERRAL},
    {"no longer", until_yesterday, LISTING_UNKNOWN},
    {"by name and birth date with another passport", another_passport, LISTING_DEFERRAL},
    {"a number is one of its country", another_country, LISTING_UNKNOWN},
    {"a name in another spelling", spelled_otherwise, LISTING_DEFERRAL},
    {"a part of a name is not the name", a_name_in_part, LISTING_UNKNOWN},
    {"nor is a longer one", a_longer_name, LISTING_UNKNOWN},
    {"another birth date is another person", another_birth, LISTING_UNKNOWN},
    {"what a colliding key brings is compared", nobody_here, LISTING_UNKNOWN},
    {"a lost document is not a name's", lost_by_name, LISTING_UNKNOWN},
    {"but a number's", lost, LISTING_DOCUMENT_LOST},
    {"a complaint is the placement's", complained_of, LISTING_COMPLAINT},
    {"of that one", complained_of_another, LISTING_UNKNOWN},
    {"a kind of a later registry is no news here", of_a_later_kind, LISTING_UNKNOWN},
};

static void test_who_is_meant(void **state)
{
    (void)state;
    const struct document document = putri();
    const struct match match = {.grade = MATCH_CONFLICT, .placement = sample_placement()};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct listing listing = deferral();
        struct listing_hits hits;
        rows[i].change(&listing);
        listing_match(&document, &match, sample_day("2026-11-21"), &listing, 1, &hits);
        for (int kind = 0; kind < LISTING_KINDS; kind++)
            if ((hits.of[kind].kind != LISTING_UNKNOWN) !=
                (rows[i].hits != LISTING_UNKNOWN && (int)rows[i].hits == kind))
                fail_msg("%s", rows[i].says);
    }
    struct listing listing = deferral();
    struct listing_hits may;
    listing_match(&document, &match, (struct date){0}, &listing, 1, &may);
    assert_int_equal(may.of[LISTING_DEFERRAL].kind, LISTING_DEFERRAL); /* on some day it is */
    listing = complaint();
    const struct match none = {.grade = MATCH_NONE, .placement = sample_placement()};
    struct listing_hits hits;
    listing_match(&document, &none, sample_day("2026-11-21"), &listing, 1, &hits);
    assert_int_equal(hits.of[LISTING_COMPLAINT].kind, LISTING_UNKNOWN);
}

/* Of several the newest, in whatever order they come. */
static void test_the_newest_counts(void **state)
{
    (void)state;
    const struct document document = putri();
    const struct match match = {.grade = MATCH_NONE};
    struct listing listings[4] = {deferral(), deferral(), deferral(), deferral()};
    listings[1].from = sample_day("2026-11-21");
    listings[2].from = sample_day("2026-11-22"); /* not in force yet */
    listings[3].from = sample_day("2026-11-21");
    listings[3].expires = sample_day("2027-01-01");
    for (size_t turn = 0; turn < COUNT(listings); turn++) {
        struct listing_hits hits;
        listing_match(&document, &match, sample_day("2026-11-21"), listings, COUNT(listings),
                      &hits);
        assert_int_equal(date_compare(hits.of[LISTING_DEFERRAL].from, sample_day("2026-11-21")), 0);
        assert_int_equal(date_compare(hits.of[LISTING_DEFERRAL].expires, sample_day("2027-11-20")),
                         0);
        struct listing first = listings[0];
        memmove(listings, listings + 1, sizeof listings - sizeof first);
        listings[COUNT(listings) - 1] = first;
    }
}

static void test_names(void **state)
{
    (void)state;
    for (int i = 1; i < LISTING_KINDS; i++) {
        enum listing_kind kind = LISTING_UNKNOWN;
        assert_true(listing_kind_parse(listing_kind_name((enum listing_kind)i), &kind));
        assert_int_equal(kind, i);
    }
    enum listing_kind kind = LISTING_SOI;
    assert_false(listing_kind_parse("UNKNOWN", &kind));
    assert_false(listing_kind_parse("soi", &kind));
    assert_int_equal(kind, LISTING_SOI);
    assert_string_equal(listing_kind_name(LISTING_KINDS), "UNKNOWN");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_identity),
        cmocka_unit_test(test_the_longest_fits),
        cmocka_unit_test(test_what_is_no_record),
        cmocka_unit_test(test_the_least_of_each_kind),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_the_longest_text),
        cmocka_unit_test(test_who_is_meant),
        cmocka_unit_test(test_the_newest_counts),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
