# g++ compiles and runs C++: templates, exceptions across libraries, threads, containers, streams.
set -eu
cat >main.cc <<'END'
#include <algorithm>
#include <atomic>
#include <future>
#include <iostream>
#include <map>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>
void thrower(int);
template <typename T> T total(const std::vector<T> &v) { return std::accumulate(v.begin(), v.end(), T{}); }
int main() {
  std::vector<int> v(100); std::iota(v.begin(), v.end(), 1);
  std::map<std::string, int> m{{"one", 1}, {"two", 2}};
  std::cout << total(v) << ' ' << m["two"] << '\n';
  try { thrower(3); } catch (const std::runtime_error &e) { std::cout << "caught " << e.what() << '\n'; }
  std::atomic<int> n{0}; std::vector<std::thread> threads;
  for (int i = 0; i < 4; i++) threads.emplace_back([&] { for (int j = 0; j < 1000; j++) n++; });
  for (auto &t : threads) t.join();
  auto f = std::async(std::launch::async, [] { return std::make_unique<std::string>("future"); });
  std::cout << n << ' ' << *f.get() << '\n';
  try { std::vector<int>().at(1); } catch (const std::out_of_range &) { std::cout << "range\n"; }
  return 9;
}
END
cat >lib.cc <<'END'
#include <stdexcept>
#include <string>
void thrower(int n) { throw std::runtime_error("error " + std::to_string(n)); }
END
g++ -O1 -fPIC -shared -o liblib.so lib.cc
g++ -std=c++17 -O1 -pthread -o program main.cc -L. -llib -Wl,-rpath,"$PWD"
./program || echo "status $?"
