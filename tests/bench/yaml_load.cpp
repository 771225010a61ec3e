// The yardstick of a suite file: what yaml-cpp alone needs to load it.
#include <yaml-cpp/yaml.h>

#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::printf("%zu tests\n", YAML::LoadFile(argv[1])["tests"].size());
  return 0;
}
