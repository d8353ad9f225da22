#pragma once

#include <stdexcept>

namespace token_node {

/// What is wrong with the command line, or with what it names.
struct usage_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

} // namespace token_node
