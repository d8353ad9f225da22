# The same number gives the same trace, byte for byte, in every process. Wants
# to be called with SIMULATE, the program.

cmake_minimum_required(VERSION 3.21)

foreach(seed RANGE 1 20)
  foreach(run first second)
    execute_process(COMMAND "${SIMULATE}" --replay=${seed}
                    OUTPUT_VARIABLE ${run} COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
  string(LENGTH "${first}" length)
  if(length LESS 1000 OR NOT first STREQUAL second)
    message(FATAL_ERROR "two traces of scenario ${seed} differ, or are empty")
  endif()
endforeach()
