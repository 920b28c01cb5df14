// Binary heaps. Which of two equal elements comes out first follows from how a heap moves them;
// TensorFlow's answers have it as libstdc++ does, and standard libraries differ, so here the moves
// are spelt out: a hole sinks to a leaf, to the right child on ties, and the element rises from
// there. A heap sort is also short: each use of std::sort brings four kilobytes of code of its own.
#pragma once

#include <cstddef>
#include <functional>
#include <utility>

namespace tare {

template <class List, class Less>
void heap_rise(List& heap, std::size_t hole, std::size_t top, typename List::value_type element,
               Less less) {
  while (hole > top && less(heap[(hole - 1) / 2], element)) {
    heap[hole] = std::move(heap[(hole - 1) / 2]);
    hole = (hole - 1) / 2;
  }
  heap[hole] = std::move(element);
}

// The first `count` elements are a heap but for the hole at `top`, into which `element` comes.
template <class List, class Less>
void heap_sink(List& heap, std::size_t top, std::size_t count, typename List::value_type element,
               Less less) {
  std::size_t hole = top;
  for (std::size_t child = 2 * hole + 2; child <= count; child = 2 * hole + 2) {
    if (child == count || less(heap[child], heap[child - 1])) --child;
    heap[hole] = std::move(heap[child]);
    hole = child;
  }
  heap_rise(heap, hole, top, std::move(element), less);
}

// Sorts so that the first `wanted` elements are in their places; the others are in no order. Not
// stable, and n log(wanted) steps at most, whatever the order.
template <class List, class Less>
void heap_sort_first(List& list, std::size_t wanted, Less less) {
  for (std::size_t i = wanted / 2; i-- > 0;) heap_sink(list, i, wanted, std::move(list[i]), less);
  for (std::size_t i = wanted; wanted > 0 && i < list.size(); ++i) {
    if (!less(list[i], list[0])) continue;
    auto element = std::exchange(list[i], std::move(list[0]));
    heap_sink(list, 0, wanted, std::move(element), less);
  }
  for (std::size_t i = wanted; i-- > 1;) {
    auto element = std::exchange(list[i], std::move(list[0]));
    heap_sink(list, 0, i, std::move(element), less);
  }
}

template <class List, class Less = std::less<>>
void heap_sort(List& list, Less less = {}) {
  heap_sort_first(list, list.size(), less);
}

}  // namespace tare
