// std::map from start to last, for test/bench/interval.ts: prints "<operation> <nanoseconds per call>" for a number of
// intervals and a seed. Intervals lie in pages of 8192 bytes, their first 4096 bytes free up to one hole.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <numeric>
#include <random>
#include <vector>

using Map = std::map<uint64_t, uint64_t>;
using Clock = std::chrono::steady_clock;

static double since(Clock::time_point begin, double calls) {
  return std::chrono::duration<double, std::nano>(Clock::now() - begin).count() / calls;
}

__attribute__((noipa)) static uint64_t first_fit(const Map &map, uint64_t length) {
  uint64_t place = 0;
  for (const auto &[start, last] : map) {
    if (place + length <= start) return place;
    place = (last + 4096) & ~uint64_t{4095};
  }
  return place;
}

int main(int argc, char **argv) {
  const size_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1000;
  std::vector<uint64_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), std::mt19937_64(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1));
  const int rounds = count < 10000 ? 20 : 1;
  double insert = 0, find = 0, remove = 0, near = 0, worst = 0;
  volatile uint64_t sink = 0;
  for (int round = 0; round < rounds; round++) {
    Map map;
    auto begin = Clock::now();
    for (uint64_t i : order) {
      auto next = map.lower_bound(i * 8192 + 4096);
      if (next == map.end() || next->first > i * 8192 + 8191) map.emplace_hint(next, i * 8192 + 4096, i * 8192 + 8191);
    }
    insert += since(begin, count);
    begin = Clock::now();
    for (uint64_t i : order) sink = std::prev(map.upper_bound(i * 8192 + 4196))->second;
    find += since(begin, count);
    begin = Clock::now();
    for (int i = 0; i < 1000; i++) sink = first_fit(map, 4096);
    near += since(begin, 1000);
    begin = Clock::now();
    sink = first_fit(map, 8192);
    worst += since(begin, 1);
    begin = Clock::now();
    for (uint64_t i : order) map.erase(i * 8192 + 4096);
    remove += since(begin, count);
  }
  std::printf("insert %f\nfind %f\nremove %f\nfirst-fit-near %f\nfirst-fit-worst %f\n", insert / rounds, find / rounds,
              remove / rounds, near / rounds, worst / rounds);
}
