// The yardstick of a pipe: reads stdin in pieces of 64 KiB and drops them.
#include <unistd.h>

int main() {
  static char buffer[65536];
  while (read(0, buffer, sizeof buffer) > 0) {
  }
  return 0;
}
