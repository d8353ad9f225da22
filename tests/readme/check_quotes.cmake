# Compares the code that README quotes with the files it names, so that what a
# reader copies is what was compiled. A quote is announced by a comment:
#   <!-- quoted: path/from/the/top -->
# Called with -DTOP=<source folder>.

file(READ "${TOP}/README.md" readme)
string(REGEX MATCHALL "<!-- quoted: [^ ]+ -->" announcements "${readme}")
if(NOT announcements)
  message(FATAL_ERROR "README.md quotes no file")
endif()

foreach(announcement IN LISTS announcements)
  string(REGEX REPLACE "<!-- quoted: ([^ ]+) -->" "\\1" path "${announcement}")
  file(READ "${TOP}/${path}" code)
  string(FIND "${readme}" "${announcement}\n```cpp\n${code}```\n" position)
  if(position EQUAL -1)
    message(FATAL_ERROR "README.md does not quote ${path} as it stands")
  endif()
endforeach()
