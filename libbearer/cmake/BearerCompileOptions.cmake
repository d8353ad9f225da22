# What all of our own code is compiled with.

# Sets language level and warnings of a target. Nothing of it reaches the
# targets that link to it.
function(bearer_compile_options target)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_features(${target} PRIVATE cxx_std_20)
  target_compile_options(
    ${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
                      $<$<BOOL:${BEARER_WERROR}>:-Werror>)
endfunction()
