#pragma once

namespace bearer::detail {

/// One visitor of several functions.
template <class... Functions>
struct overloaded : Functions... {
  using Functions::operator()...;
};

template <class... Functions>
overloaded(Functions...) -> overloaded<Functions...>;

} // namespace bearer::detail
