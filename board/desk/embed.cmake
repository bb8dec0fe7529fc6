# Writes OUT, a C source with the desk page's files from DIR: cmake -DDIR=... -DOUT=... -P embed.cmake
set(files
  "/|index.html|text/html\; charset=utf-8"
  "/desk.css|desk.css|text/css\; charset=utf-8"
  "/desk.js|desk.js|text/javascript\; charset=utf-8"
  "/icon.svg|icon.svg|image/svg+xml")
set(arrays "")
set(rows "")
set(i 0)
foreach(file IN LISTS files)
  string(REGEX MATCH "^([^|]*)\\|([^|]*)\\|(.*)$" _ "${file}")
  set(path "${CMAKE_MATCH_1}")
  set(name "${CMAKE_MATCH_2}")
  set(type "${CMAKE_MATCH_3}")
  file(READ "${DIR}/${name}" hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(APPEND arrays "static const uint8_t file_${i}[] = {${bytes}};\n")
  string(APPEND rows "    {\"${path}\", \"${type}\", file_${i}, sizeof file_${i}},\n")
  math(EXPR i "${i} + 1")
endforeach()
file(WRITE "${OUT}" "#include \"desk_web.h\"\n\n${arrays}
const struct desk_web_file desk_web_files[] = {\n${rows}    {NULL, NULL, NULL, 0},\n};\n")
