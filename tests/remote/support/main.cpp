#include <bearer/meta_objects.hpp>

#include <caf/init_global_meta_objects.hpp>
#include <caf/io/middleman.hpp>

#include <catch2/catch_session.hpp>

int main(int argc, char** argv) {
  bearer::init_global_meta_objects();
  caf::io::middleman::init_global_meta_objects();
  return Catch::Session().run(argc, argv);
}
