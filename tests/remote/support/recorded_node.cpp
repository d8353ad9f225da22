#include "remote/support/recorded_node.hpp"

#include <bearer/remote/protocol.hpp>

#include "support/real_time.hpp"

#include <caf/message.hpp>

#include "remote/support/intruder.hpp"
#include "remote/support/relay.hpp"

#include <numeric>
#include <random>
#include <stdexcept>

namespace bearer::test {

namespace {

// Of CAF's binary actor system protocol: what is in a header, in network order.
constexpr std::size_t header_size = 32;
constexpr std::size_t length_at = 4;
constexpr std::size_t length_size = 4;

void write_length(std::string& frame) {
  const auto length = frame.size() - header_size;
  for (auto i = std::size_t{0}; i < length_size; ++i)
    frame[length_at + i]
      = static_cast<char>(length >> (8 * (length_size - 1 - i)));
}

std::size_t length_of(const std::string& text, std::size_t header) {
  auto result = std::size_t{0};
  for (auto i = std::size_t{0}; i < length_size; ++i)
    result = result << 8U
             | static_cast<unsigned char>(text.at(header + length_at + i));
  return result;
}

/// The last one may not be whole.
std::vector<std::string> split(const std::string& text) {
  auto result = std::vector<std::string>{};
  for (auto at = std::size_t{0}; at + header_size <= text.size();) {
    const auto size = header_size + length_of(text, at);
    if (size <= text.size() - at)
      result.push_back(text.substr(at, size));
    at += size;
  }
  return result;
}

/// Changes something here and there.
class spoiler {
public:
  spoiler(unsigned seed, std::vector<std::string> frames)
    : random_(seed), frames_(std::move(frames)) {
    // nop
  }

  std::string run() {
    for (auto i = below(4) + 1; i > 0 && !frames_.empty(); --i)
      change(frames_.begin()
             + static_cast<std::ptrdiff_t>(below(frames_.size())));
    const auto text = std::accumulate(frames_.begin(), frames_.end(),
                                      std::string{});
    // In the middle of something.
    return below(4) == 0 ? text.substr(0, below(text.size() + 1)) : text;
  }

private:
  using place = std::vector<std::string>::iterator;

  void change(place frame) {
    // Nothing but a header stays what it is.
    switch (below(frame->size() > header_size ? 6 : 3)) {
      case 0:
        frames_.erase(frame);
        return;
      case 1:
        frames_.insert(frame, std::string{*frame});
        return;
      case 2:
        frame->insert(header_size + below(frame->size() - header_size + 1),
                      std::string(below(64), any()));
        break;
      case 3:
        frame->resize(header_size + 1 + below(frame->size() - header_size));
        break;
      case 4:
        (*frame)[below(header_size)] = any();
        break;
      default:
        (*frame)[below(frame->size())] = any();
    }
    write_length(*frame);
  }

  char any() {
    return static_cast<char>(below(256));
  }

  std::size_t below(std::size_t n) {
    return random_() % n;
  }

  // As distributions differ from one library to another.
  std::mt19937 random_;
  std::vector<std::string> frames_;
};

} // namespace

recorded_node::recorded_node(std::uint16_t port) {
  auto between = relay{port};
  {
    auto node = intruder{local(between.port())};
    node.send(node.gate(),
              caf::make_message(subscribe_atom_v, std::uint64_t{1}));
    node.send(node.gate(), caf::make_message(fetch_atom_v, remote::question{}));
    if (!node.wait_for(2))
      throw std::runtime_error("the node got no answer");
    // Without its farewell, which would overtake answers.
    frames_ = split(between.heard());
  }
  if (!between.wait_for_end())
    throw std::runtime_error("the connection has not ended");
}

std::string recorded_node::text() const {
  return std::accumulate(frames_.begin(), frames_.end(), std::string{});
}

std::string recorded_node::spoilt(unsigned seed) const {
  return spoiler{seed, frames_}.run();
}

} // namespace bearer::test
