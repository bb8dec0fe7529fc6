/* The table of reasons.
 *
 * Colours are suggestions that policy may change (policy_colour); codes, basis and words are here
 * and nowhere else. What varies with the traveller (a date, a status, a category) is not in the
 * words but in the facts of struct reason_said, so that both languages can put it where they like.
 * Source: the ministry's list of reason codes (domain, reason codes).
 */
#include "reason.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define REASON_CODE_MAX 999

const struct reason reasons[] = {
    /* clang-format off */
    {1, COLOUR_GREEN, BASIS_DATA, REASON_BY_RULE, "Penempatan cocok", "Placement matches"},
    {2, COLOUR_GREEN, BASIS_CIRCULAR, REASON_BY_RULE, "PMI cuti/re-entry, kontrak berlaku", "Worker on leave or re-entry, contract still valid"},
    {3, COLOUR_GREEN, BASIS_LAW, REASON_BY_RULE, "Bukan PMI", "Not a migrant worker"},
    {4, COLOUR_GREEN, BASIS_LAW, REASON_BY_RULE, "Kepulangan dicatat", "Return recorded"},
    {10, COLOUR_AMBER, BASIS_DATA, REASON_BY_RULE, "Tidak ada catatan penempatan", "No placement record"},
    {11, COLOUR_AMBER, BASIS_DATA, REASON_BY_RULE, "Nama mirip, tidak sama", "Name is similar, not the same"},
    {12, COLOUR_AMBER, BASIS_DATA, REASON_BY_RULE, "Identitas bertentangan (lahir/jenis kelamin)", "Identity conflicts (birth date or sex)"},
    {13, COLOUR_AMBER, BASIS_DATA, REASON_BY_RULE, "Nomor paspor berbeda dari data penempatan (lama/baru)", "Passport number differs from the placement record (old or new)"},
    {14, COLOUR_AMBER, BASIS_DATA, REASON_BY_RULE, "Penempatan ganda", "More than one placement"},
    {15, COLOUR_AMBER, BASIS_CIRCULAR, REASON_BY_RULE, "Status penempatan tidak berlaku untuk berangkat", "Placement status does not allow departure"},
    {16, COLOUR_RED, BASIS_CIRCULAR, REASON_BY_RULE, "Penempatan dibatalkan/dicabut", "Placement cancelled or revoked"},
    {17, COLOUR_AMBER, BASIS_DATA, REASON_BY_RULE, "Di luar masa keberangkatan", "Outside the departure window"},
    {18, COLOUR_AMBER, BASIS_CIRCULAR, REASON_BY_RULE, "Negara tujuan berbeda dari penempatan", "Destination differs from the placement"},
    {19, COLOUR_AMBER, BASIS_DATA, REASON_BY_RULE, "Data usang", "Data out of date"},
    {20, COLOUR_RED, BASIS_LAW, REASON_BY_RULE, "Dokumen perjalanan habis berlaku", "Travel document expired"},
    {21, COLOUR_AMBER, BASIS_LAW, REASON_BY_RULE, "Masa berlaku kurang dari 6 bulan", "Valid for less than 6 months"},
    {22, COLOUR_RED, BASIS_LAW, REASON_BY_OFFICER, "MRZ gagal uji/dokumen diduga palsu", "MRZ fails its checks, or document suspected forged"},
    {23, COLOUR_RED, BASIS_LAW, REASON_BY_RULE, "Dokumen dilaporkan hilang/dicuri", "Document reported lost or stolen"},
    {24, COLOUR_AMBER, BASIS_DATA, REASON_BY_RULE, "Dokumen diketik manual", "Document keyed by hand"},
    {25, COLOUR_AMBER, BASIS_LAW, REASON_BY_RULE, "Visa kerja tidak ada/habis", "Work visa missing or expired"},
    {26, COLOUR_AMBER, BASIS_CIRCULAR, REASON_BY_OFFICER, "Visa kunjungan/umrah, menyatakan bekerja", "Visit or umrah visa, says they will work"},
    {30, COLOUR_RED, BASIS_LAW, REASON_BY_RULE, "Usia di bawah 18 tahun, tujuan kerja", "Under 18, going to work"},
    {31, COLOUR_AMBER, BASIS_CIRCULAR, REASON_BY_OFFICER, "Anak tanpa pendamping/izin", "Child without a companion or permission"},
    {32, COLOUR_AMBER, BASIS_INDICATOR, REASON_BY_OFFICER, "Usia tidak sesuai antar dokumen", "Age differs between documents"},
    {40, COLOUR_AMBER, BASIS_CIRCULAR, REASON_BY_RULE, "P3MI dibekukan", "Placement company suspended"},
    {41, COLOUR_RED, BASIS_CIRCULAR, REASON_BY_RULE, "P3MI dicabut", "Placement company's licence revoked"},
    {42, COLOUR_AMBER, BASIS_DATA, REASON_BY_RULE, "P3MI tidak dikenal", "Placement company unknown"},
    {50, COLOUR_RED, BASIS_CIRCULAR, REASON_BY_RULE, "Negara/jabatan dalam moratorium", "Country or occupation under a moratorium"},
    {51, COLOUR_AMBER, BASIS_CIRCULAR, REASON_BY_RULE, "Negara bukan tujuan penempatan", "Country is not a placement destination"},
    {52, COLOUR_GREEN, BASIS_CIRCULAR, REASON_BY_RULE, "Jalur khusus (SPSK/G to G) – pengecualian", "Special channel (SPSK or G to G): exempt"},
    {60, COLOUR_AMBER, BASIS_LAW, REASON_BY_RULE, "Perjanjian kerja tidak ada/berakhir", "Work contract missing or ended"},
    {61, COLOUR_AMBER, BASIS_CIRCULAR, REASON_BY_RULE, "OPP belum", "Pre-departure orientation not done"},
    {62, COLOUR_AMBER, BASIS_LAW, REASON_BY_RULE, "Jaminan sosial tidak aktif", "Social insurance not active"},
    {63, COLOUR_AMBER, BASIS_LAW, REASON_BY_RULE, "Dokumen persyaratan belum lengkap", "Required documents incomplete"},
    {70, COLOUR_AMBER, BASIS_CIRCULAR, REASON_BY_RULE, "Pernah ditunda", "Deferred before"},
    {71, COLOUR_RED, BASIS_CIRCULAR, REASON_BY_EITHER, "Percobaan berulang hari ini", "Repeated attempt today"},
    {72, COLOUR_RED, BASIS_CIRCULAR, REASON_BY_RULE, "Subject of Interest", "Subject of interest"},
    {73, COLOUR_RED, BASIS_LAW, REASON_BY_RULE, "Daftar pencegahan", "On the prevention list"},
    {74, COLOUR_AMBER, BASIS_CIRCULAR, REASON_BY_RULE, "Pernah dideportasi", "Deported before"},
    {75, COLOUR_AMBER, BASIS_CIRCULAR, REASON_BY_RULE, "Laporan keluarga/pengaduan terbuka", "Family report or complaint open"},
    {80, COLOUR_AMBER, BASIS_INDICATOR, REASON_BY_OFFICER, "Tujuan tidak dapat dijelaskan", "Cannot explain the journey's purpose"},
    {81, COLOUR_AMBER, BASIS_INDICATOR, REASON_BY_OFFICER, "Tidak ada tiket kembali/akomodasi", "No return ticket or lodging"},
    {82, COLOUR_AMBER, BASIS_INDICATOR, REASON_BY_OFFICER, "Jawaban diarahkan/dokumen dipegang orang lain", "Answers coached, or documents held by someone else"},
    {83, COLOUR_AMBER, BASIS_INDICATOR, REASON_BY_OFFICER, "Rombongan dengan pengurus yang sama", "Group with the same handler"},
    {84, COLOUR_AMBER, BASIS_INDICATOR, REASON_BY_OFFICER, "Direkrut lewat media sosial, tanpa P3MI", "Recruited through social media, without a licensed company"},
    {85, COLOUR_AMBER, BASIS_INDICATOR, REASON_BY_OFFICER, "Biaya/utang tidak wajar", "Unreasonable fees or debt"},
    {86, COLOUR_RED, BASIS_INDICATOR, REASON_BY_OFFICER, "Meminta bantuan", "Asks for help"},
    {87, COLOUR_AMBER, BASIS_INDICATOR, REASON_BY_OFFICER, "Rute tidak lazim", "Unusual route"},
    {90, COLOUR_NONE, BASIS_NONE, REASON_BY_OFFICER, "Keputusan supervisor (alasan wajib)", "Supervisor's decision (reason required)"},
    {91, COLOUR_GREEN, BASIS_NONE, REASON_BY_OFFICER, "Dokumen telah dilengkapi", "Documents have been completed"},
    {92, COLOUR_NONE, BASIS_NONE, REASON_BY_OFFICER, "Salah catat / uji coba", "Recorded by mistake, or a test"},
    {93, COLOUR_AMBER, BASIS_NONE, REASON_BY_EITHER, "Sistem/perangkat gangguan, catat susulan", "System or device failure, recorded afterwards"},
    /* clang-format on */
};

const size_t reasons_count = sizeof reasons / sizeof *reasons;

const struct reason *reason_find(uint16_t code)
{
    for (size_t i = 0; i < reasons_count; i++)
        if (reasons[i].code == code)
            return &reasons[i];
    return NULL;
}

void reason_format(uint16_t code, char out[REASON_TEXT_LEN])
{
    assert(code <= REASON_CODE_MAX);
    snprintf(out, REASON_TEXT_LEN, "R%03u", code % (REASON_CODE_MAX + 1u));
}

bool reason_parse(const char *text, uint16_t *code)
{
    if (strlen(text) != REASON_TEXT_LEN - 1 || text[0] != 'R')
        return false;
    unsigned value = 0;
    for (const char *p = text + 1; *p; p++) {
        if (*p < '0' || *p > '9')
            return false;
        value = value * 10 + (unsigned)(*p - '0');
    }
    if (!reason_find((uint16_t)value))
        return false;
    *code = (uint16_t)value;
    return true;
}
