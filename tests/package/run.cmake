# Installs a build of libbearer, then configures, builds and runs the project of
# this folder against the installed files. Wants to be called with
#
# BUILD_FOLDER     the finished build
# CONSUMER_FOLDER  the project to build against it
# WORK_FOLDER      a folder to use and to overwrite
# CONFIGURATION, GENERATOR, COMPILER, COMPILER_FLAGS  as the build has them

cmake_minimum_required(VERSION 3.21)

set(prefix "${WORK_FOLDER}/prefix")
set(consumer_build "${WORK_FOLDER}/build")

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# Files of an earlier run would hide that one is no longer installed.
file(REMOVE_RECURSE "${WORK_FOLDER}")

run("${CMAKE_COMMAND}" --install "${BUILD_FOLDER}" --prefix "${prefix}"
    --config "${CONFIGURATION}")

file(GLOB_RECURSE public_headers "${prefix}/include/bearer/*.hpp")
if(NOT public_headers)
  message(FATAL_ERROR "no header was installed")
endif()
if(EXISTS "${prefix}/include/bearer/internal")
  message(FATAL_ERROR "the internal headers were installed")
endif()

run("${CMAKE_COMMAND}"
    -S "${CONSUMER_FOLDER}"
    -B "${consumer_build}"
    -G "${GENERATOR}"
    "-DCMAKE_BUILD_TYPE=${CONFIGURATION}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}"
    "-DCMAKE_CXX_FLAGS=${COMPILER_FLAGS}"
    "-DCMAKE_PREFIX_PATH=${prefix}")
run("${CMAKE_COMMAND}" --build "${consumer_build}" --config "${CONFIGURATION}")

find_program(
  consumer consumer
  PATHS "${consumer_build}" "${consumer_build}/${CONFIGURATION}"
  NO_DEFAULT_PATH REQUIRED)
run("${consumer}")
