# cmake -DOUTPUT=… "-DFILES=a;b" -P EmbedFiles.cmake: a C++ source that holds the files, so that no install path is needed to
# find them. String literals compile far faster than lists of numbers.
set(text "#include \"core/data/BuiltinSources.h\"\n\nnamespace hourglass {\n\nnamespace {\n\nconstexpr EmbeddedFile kFiles[] = {\n")
foreach(file ${FILES})
    file(READ ${file} bytes HEX)
    string(LENGTH "${bytes}" length)
    math(EXPR length "${length} / 2")
    string(REGEX REPLACE "(..)" "\\\\x\\1" bytes "${bytes}")
    get_filename_component(name ${file} NAME)
    string(APPEND text "    {\"${name}\", {\"${bytes}\", ${length}}},\n")
endforeach()
string(APPEND text "};\n\n} // namespace\n\nstd::span<const EmbeddedFile> embeddedPhotos() { return kFiles; }\n\n} // namespace hourglass\n")
file(WRITE ${OUTPUT} "${text}")
