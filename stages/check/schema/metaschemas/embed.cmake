# Text files as C: cmake -DOUT=file.c -DFOLDER=folder -DNAMES=a;b -P embed.cmake writes one array a
# file FOLDER/NAME.json and a table of them, as metaschemas.h declares it.
set(arrays "")
set(rows "")
set(count 0)
foreach(name ${NAMES})
  file(READ ${FOLDER}/${name}.json bytes HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  string(APPEND arrays "static const char text_${count}[] = {${bytes}0};\n")
  string(APPEND rows "    {\"${name}\", text_${count}, sizeof text_${count} - 1},\n")
  math(EXPR count "${count} + 1")
endforeach()
file(WRITE ${OUT} "#include \"stages/check/schema/metaschemas.h\"\n\n${arrays}\n"
  "const Metaschema metaschemas[] = {\n${rows}    {0},\n};\n")
