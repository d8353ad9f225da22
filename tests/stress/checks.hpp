#pragma once

#include "report.hpp"
#include "resources.hpp"
#include "supervisor.hpp"
#include "world.hpp"

#include <string>

/// What is to be seen of a world, and what is wrong with it.
namespace stress {

/// Writes down what has happened, but for the end.
void note_figures(report& to, const world& in, const supervisor& seen);

/// Nothing lost, nothing bad handed out.
void check_answers(report& to, const world& in, const supervisor& seen);

/// Nothing grows.
void check_growth(report& to, const resource_history& seen);

/// Which kinds of sources have not yet failed in the way that all do here, or
/// not renewed a token; empty if all have.
std::string idle_kinds(const world& in);

/// No kind of sources is dead. Whoever only looks whether nothing bad is handed
/// out would not notice.
void check_kinds(report& to);

} // namespace stress
