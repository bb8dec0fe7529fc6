/* Each file of web/ becomes bytes in .rodata through the assembler's .incbin (GNU as and clang's
 * own know it). CMake gives ASSET_FOLDER and rebuilds this file when one of them changes. A new
 * file of the page is one row here.
 */
#include "assets.h"

#define ASSETS(X)                                                                                  \
    X(index_html, "/", "index.html", "text/html; charset=utf-8")                                   \
    X(style_css, "/style.css", "style.css", "text/css; charset=utf-8")                             \
    X(screens_css, "/screens.css", "screens.css", "text/css; charset=utf-8")                       \
    X(dialogs_css, "/dialogs.css", "dialogs.css", "text/css; charset=utf-8")                       \
    X(manual_css, "/manual.css", "manual.css", "text/css; charset=utf-8")                          \
    X(app_js, "/app.js", "app.js", "text/javascript; charset=utf-8")                               \
    X(clock_js, "/clock.js", "clock.js", "text/javascript; charset=utf-8")                         \
    X(context_js, "/context.js", "context.js", "text/javascript; charset=utf-8")                   \
    X(decide_js, "/decide.js", "decide.js", "text/javascript; charset=utf-8")                      \
    X(dom_js, "/dom.js", "dom.js", "text/javascript; charset=utf-8")                               \
    X(format_js, "/format.js", "format.js", "text/javascript; charset=utf-8")                      \
    X(keyboard_js, "/keyboard.js", "keyboard.js", "text/javascript; charset=utf-8")                \
    X(keys_js, "/keys.js", "keys.js", "text/javascript; charset=utf-8")                            \
    X(pages_js, "/pages.js", "pages.js", "text/javascript; charset=utf-8")                         \
    X(panel_js, "/panel.js", "panel.js", "text/javascript; charset=utf-8")                         \
    X(keypad_js, "/keypad.js", "keypad.js", "text/javascript; charset=utf-8")                      \
    X(manual_js, "/manual.js", "manual.js", "text/javascript; charset=utf-8")                      \
    X(proposal_js, "/proposal.js", "proposal.js", "text/javascript; charset=utf-8")                \
    X(typed_js, "/typed.js", "typed.js", "text/javascript; charset=utf-8")                         \
    X(unreadable_js, "/unreadable.js", "unreadable.js", "text/javascript; charset=utf-8")          \
    X(notices_js, "/notices.js", "notices.js", "text/javascript; charset=utf-8")                   \
    X(link_js, "/link.js", "link.js", "text/javascript; charset=utf-8")                            \
    X(screens_js, "/screens.js", "screens.js", "text/javascript; charset=utf-8")                   \
    X(strips_js, "/strips.js", "strips.js", "text/javascript; charset=utf-8")                      \
    X(traveller_js, "/traveller.js", "traveller.js", "text/javascript; charset=utf-8")             \
    X(verdict_js, "/verdict.js", "verdict.js", "text/javascript; charset=utf-8")                   \
    X(void_js, "/void.js", "void.js", "text/javascript; charset=utf-8")                            \
    X(words_js, "/words.js", "words.js", "text/javascript; charset=utf-8")                         \
    X(icon_svg, "/icon.svg", "icon.svg", "image/svg+xml")                                          \
    X(words_json, "/words.json", "words.json", "application/json")                                 \
    X(countries_json, "/countries.json", "countries.json", "application/json")

#define ASSET_BYTES(name, path, file, type)                                                        \
    __asm__(".pushsection .rodata\n"                                                               \
            ".hidden pamit_asset_" #name "\n"                                                      \
            ".globl pamit_asset_" #name "\n"                                                       \
            "pamit_asset_" #name ":\n"                                                             \
            ".incbin \"" ASSET_FOLDER "/" file "\"\n"                                              \
            ".hidden pamit_asset_" #name "_end\n"                                                  \
            ".globl pamit_asset_" #name "_end\n"                                                   \
            "pamit_asset_" #name "_end:\n"                                                         \
            ".byte 0\n"                                                                            \
            ".popsection\n");                                                                      \
    extern const uint8_t pamit_asset_##name[], pamit_asset_##name##_end[];
ASSETS(ASSET_BYTES)

bool asset_find(const char *path, struct asset *out)
{
    static const struct {
        const char *path, *type;
        const uint8_t *begin, *end;
    } assets[] = {
#define ASSET_ROW(name, path, file, type)                                                          \
    {path, type, pamit_asset_##name, pamit_asset_##name##_end},
        ASSETS(ASSET_ROW)
#undef ASSET_ROW
    };
    for (size_t i = 0; i < sizeof assets / sizeof assets[0]; i++) {
        if (strcmp(assets[i].path, path) != 0)
            continue;
        out->type = assets[i].type;
        out->content = span_of(assets[i].begin, (size_t)(assets[i].end - assets[i].begin));
        return true;
    }
    return false;
}
