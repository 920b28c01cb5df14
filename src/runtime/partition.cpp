// List scheduling with two ready lists.
#include "runtime/partition.h"

#include <algorithm>
#include <functional>

#include "ir/op_def.h"

namespace tare {
namespace {

// XNNPACK lays out a segment's inner values by comparing each with all that live at the same time;
// between segments values are ours.
constexpr std::size_t kMaxSegment = 2048;

// For each node the nodes that wait for it, and for each node how many it waits for.
struct Dependencies {
  std::vector<std::vector<std::size_t>> followers;
  std::vector<int> waits;
};

Dependencies dependencies(const Graph& graph, const std::vector<Placement>& placements) {
  const std::size_t count = graph.nodes.size();
  Dependencies d{std::vector<std::vector<std::size_t>>(count), std::vector<int>(count, 0)};
  std::vector<std::ptrdiff_t> producer(graph.values.size(), -1);
  std::ptrdiff_t last_ordered = -1;
  const auto depend = [&](std::ptrdiff_t on, std::size_t n) {
    if (on < 0) return;
    d.followers[static_cast<std::size_t>(on)].push_back(n);
    ++d.waits[n];
  };
  for (std::size_t n = 0; n < count; ++n) {
    const Node& node = graph.nodes[n];
    if (placements[n].kind == Placement::Kind::kFolded) continue;
    bool ordered = (node.op->flags & (kOrdered | kStateful | kRandom | kCallsGraph)) != 0;
    for (const ValueId id : node.inputs) {
      if (id == ValueId::kNone) continue;
      depend(producer[index(id)], n);
      ordered = ordered || graph.value(id).is_variable;
    }
    if (ordered) {
      depend(last_ordered, n);
      last_ordered = static_cast<std::ptrdiff_t>(n);
    }
    for (const ValueId id : node.outputs) {
      if (id != ValueId::kNone) producer[index(id)] = static_cast<std::ptrdiff_t>(n);
    }
  }
  return d;
}

// Border values of each segment: read from outside, or read outside (or by nobody, as XNNPACK wants
// a home for those).
void find_borders(const Graph& graph, const std::vector<Value>& values,
                  std::vector<ScheduledStep>& schedule) {
  constexpr int kNobody = -1, kSeveral = -2;
  std::vector<int> producer(graph.values.size(), kNobody);
  std::vector<int> reader(graph.values.size(), kNobody);
  for (int s = 0; s < static_cast<int>(schedule.size()); ++s) {
    for (const std::size_t n : schedule[static_cast<std::size_t>(s)].nodes) {
      for (const ValueId id : graph.nodes[n].inputs) {
        if (id == ValueId::kNone) continue;
        int& r = reader[index(id)];
        r = r == kNobody || r == s ? s : kSeveral;
      }
      for (const ValueId id : graph.nodes[n].outputs)
        if (id != ValueId::kNone) producer[index(id)] = s;
    }
  }
  for (const ValueId id : graph.outputs) reader[index(id)] = kSeveral;
  std::vector<int> listed_by(graph.values.size(), kNobody);  // as an input
  for (int s = 0; s < static_cast<int>(schedule.size()); ++s) {
    ScheduledStep& step = schedule[static_cast<std::size_t>(s)];
    if (!step.xnnpack) continue;
    for (const std::size_t n : step.nodes) {
      for (const ValueId id : graph.nodes[n].inputs) {
        if (id == ValueId::kNone || values[index(id)].is_constant) continue;
        if (producer[index(id)] == s || listed_by[index(id)] == s) continue;
        listed_by[index(id)] = s;
        step.inputs.push_back(id);
      }
      for (const ValueId id : graph.nodes[n].outputs) {
        if (id != ValueId::kNone && reader[index(id)] != s) step.outputs.push_back(id);
      }
    }
  }
}

}  // namespace

std::vector<ScheduledStep> partition(const Graph& graph, const std::vector<Value>& values,
                                     const std::vector<Placement>& placements) {
  Dependencies d = dependencies(graph, placements);
  // Heaps, the first in the file's order on top; [1]: for XNNPACK.
  std::vector<std::size_t> ready[2];
  const auto kind = [&](std::size_t n) {
    return placements[n].kind == Placement::Kind::kXnnpack ? 1 : 0;
  };
  const auto add = [&](std::size_t n) {
    auto& heap = ready[kind(n)];
    heap.push_back(n);
    std::push_heap(heap.begin(), heap.end(), std::greater<>());
  };
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    if (placements[n].kind != Placement::Kind::kFolded && d.waits[n] == 0) add(n);
  }
  std::vector<ScheduledStep> schedule;
  int current = 0;
  while (!ready[0].empty() || !ready[1].empty()) {
    if (ready[current].empty()) current = 1 - current;
    const bool extend = current == 1 && !schedule.empty() && schedule.back().xnnpack &&
                        schedule.back().nodes.size() < kMaxSegment;
    if (!extend)
      schedule.push_back({.xnnpack = current == 1, .nodes = {}, .inputs = {}, .outputs = {}});
    auto& heap = ready[current];
    std::pop_heap(heap.begin(), heap.end(), std::greater<>());
    const std::size_t n = heap.back();
    heap.pop_back();
    schedule.back().nodes.push_back(n);
    for (const std::size_t f : d.followers[n]) {
      if (--d.waits[f] == 0) add(f);
    }
  }
  find_borders(graph, values, schedule);
  return schedule;
}

std::vector<std::optional<Lifetime>> lifetimes(const Graph& graph, const std::vector<Value>& values,
                                               const std::vector<ScheduledStep>& schedule) {
  const int end = static_cast<int>(schedule.size());
  std::vector<std::optional<Lifetime>> lives(values.size());
  const auto in_arena = [&](ValueId id) {
    const Value& v = values[index(id)];
    return !v.is_constant && !v.is_variable && is_numeric(v.type.dtype) && v.type.shape.known();
  };
  const auto touch = [&](ValueId id, int step) {
    if (id == ValueId::kNone || !in_arena(id)) return;
    auto& life = lives[index(id)];
    if (!life) life = Lifetime{0, step, step};
    life->last = std::max(life->last, step);
  };
  // Inputs keep what the caller wrote from run to run.
  for (const ValueId id : graph.inputs) {
    touch(id, 0);
    touch(id, end);
  }
  for (int s = 0; s < end; ++s) {
    const ScheduledStep& step = schedule[static_cast<std::size_t>(s)];
    if (step.xnnpack) {
      for (const ValueId id : step.inputs) touch(id, s);
      for (const ValueId id : step.outputs) touch(id, s);
    } else {
      for (const ValueId id : graph.nodes[step.nodes[0]].inputs) touch(id, s);
      for (const ValueId id : graph.nodes[step.nodes[0]].outputs) touch(id, s);
    }
  }
  for (const ValueId id : graph.outputs) touch(id, end);
  return lives;
}

}  // namespace tare
