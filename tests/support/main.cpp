#include <bearer/meta_objects.hpp>

#include <catch2/catch_session.hpp>

int main(int argc, char** argv) {
  bearer::init_global_meta_objects();
  return Catch::Session().run(argc, argv);
}
