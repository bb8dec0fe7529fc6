/* Country and organisation codes by their first letter.
 *
 * ISO 3166-1 alpha-3, and of ICAO Doc 9303 part 3, section 5: Germany's single letter, the British
 * classes of nationals (GBD GBN GBO GBP GBS), the European Union (EUE), the United Nations (UNA UNK
 * UNO), other issuing authorities (XBA to XPO), persons without a nationality (XXA XXB XXC XXX) and
 * the specimens' Utopia (UTO). RKS is what Kosovo prints.
 */
#include "country.h"

#include <string.h>

#define CODE_LEN 3
#define STEP     (CODE_LEN + 1) /* codes are parted by a space */

/* clang-format off */
static const char *const codes[26] = {
    ['A' - 'A'] = "ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE",
    ['B' - 'A'] = "BDI BEL BEN BES BFA BGD BGR BHR BHS BIH BLM BLR BLZ BMU BOL BRA BRB BRN BTN BVT BWA",
    ['C' - 'A'] = "CAF CAN CCK CHE CHL CHN CIV CMR COD COG COK COL COM CPV CRI CUB CUW CXR CYM CYP CZE",
    ['D' - 'A'] = "DEU DJI DMA DNK DOM DZA",
    ['E' - 'A'] = "ECU EGY ERI ESH ESP EST ETH EUE",
    ['F' - 'A'] = "FIN FJI FLK FRA FRO FSM",
    ['G' - 'A'] = "GAB GBD GBN GBO GBP GBR GBS GEO GGY GHA GIB GIN GLP GMB GNB GNQ GRC GRD GRL GTM GUF "
                 "GUM GUY",
    ['H' - 'A'] = "HKG HMD HND HRV HTI HUN",
    ['I' - 'A'] = "IDN IMN IND IOT IRL IRN IRQ ISL ISR ITA",
    ['J' - 'A'] = "JAM JEY JOR JPN",
    ['K' - 'A'] = "KAZ KEN KGZ KHM KIR KNA KOR KWT",
    ['L' - 'A'] = "LAO LBN LBR LBY LCA LIE LKA LSO LTU LUX LVA",
    ['M' - 'A'] = "MAC MAF MAR MCO MDA MDG MDV MEX MHL MKD MLI MLT MMR MNE MNG MNP MOZ MRT MSR MTQ MUS "
                 "MWI MYS MYT",
    ['N' - 'A'] = "NAM NCL NER NFK NGA NIC NIU NLD NOR NPL NRU NZL",
    ['O' - 'A'] = "OMN",
    ['P' - 'A'] = "PAK PAN PCN PER PHL PLW PNG POL PRI PRK PRT PRY PSE PYF",
    ['Q' - 'A'] = "QAT",
    ['R' - 'A'] = "REU RKS ROU RUS RWA",
    ['S' - 'A'] = "SAU SDN SEN SGP SGS SHN SJM SLB SLE SLV SMR SOM SPM SRB SSD STP SUR SVK SVN SWE SWZ "
                 "SXM SYC SYR",
    ['T' - 'A'] = "TCA TCD TGO THA TJK TKL TKM TLS TON TTO TUN TUR TUV TWN TZA",
    ['U' - 'A'] = "UGA UKR UMI UNA UNK UNO URY USA UTO UZB",
    ['V' - 'A'] = "VAT VCT VEN VGB VIR VNM VUT",
    ['W' - 'A'] = "WLF WSM",
    ['X' - 'A'] = "XBA XCC XCE XCO XDC XEC XES XIM XMP XOM XPO XXA XXB XXC XXX",
    ['Y' - 'A'] = "YEM",
    ['Z' - 'A'] = "ZAF ZMB ZWE",
};
/* clang-format on */

bool country_known(const char *code)
{
    if (strcmp(code, "D") == 0)
        return true;
    if (code[0] < 'A' || code[0] > 'Z' || strlen(code) != CODE_LEN || !codes[code[0] - 'A'])
        return false;
    const char *at = codes[code[0] - 'A'];
    while (memcmp(at, code, CODE_LEN) != 0 && at[CODE_LEN] != '\0')
        at += STEP;
    return memcmp(at, code, CODE_LEN) == 0;
}

/* Of those that are known, what ISO 3166-1 has not. Its user-assigned codes begin with X, and so do
 * the issuing authorities of ICAO; no state's does. */
static bool is_no_state(const char *code)
{
    static const char *const others[] = {"EUE", "RKS", "UNA", "UNK", "UNO", "UTO"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(code, others[i]) == 0)
            return true;
    return code[0] == 'X';
}

const char *country_iso(const char *code)
{
    static const char *const british[] = {"GBD", "GBN", "GBO", "GBP", "GBS"};
    if (strcmp(code, "D") == 0)
        return "DEU";
    for (size_t i = 0; i < sizeof british / sizeof *british; i++)
        if (strcmp(code, british[i]) == 0)
            return "GBR";
    return country_known(code) && !is_no_state(code) ? code : NULL;
}
