/*
 * The first process of the machine booted by bochs-avx512.sh: runs node in /stage, with the lines of /arguments.
 * Node's output goes raw to the second serial port, its exit status to the first (the console).
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static void run_node(int port) {
  static char text[4096];
  char *arguments[32] = {"node"};
  FILE *lines = fopen("/arguments", "r");
  fread(text, 1, sizeof text - 1, lines);
  int count = 1;
  for (char *line = strtok(text, "\n"); line && count < 31; line = strtok(NULL, "\n")) arguments[count++] = line;
  char *environment[] = {"HOME=/tmp", "PATH=/bin", "TMPDIR=/tmp", NULL};
  dup2(port, STDOUT_FILENO);
  dup2(port, STDERR_FILENO);
  if (chdir("/stage") == 0) execve("/bin/node", arguments, environment);
  perror("/bin/node");
  _exit(127);
}

int main(void) {
  mount("dev", "/dev", "devtmpfs", 0, NULL);
  mount("proc", "/proc", "proc", 0, NULL);
  mount("sys", "/sys", "sysfs", 0, NULL);

  int port = open("/dev/ttyS1", O_WRONLY | O_NOCTTY);
  struct termios mode;
  tcgetattr(port, &mode);
  cfmakeraw(&mode);
  cfsetspeed(&mode, B115200);
  tcsetattr(port, TCSANOW, &mode);

  int status = 0;
  pid_t child = fork();
  if (child == 0) run_node(port);
  waitpid(child, &status, 0);
  tcdrain(port);

  FILE *console = fopen("/dev/ttyS0", "w");
  fprintf(console, "\nexit status %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  fflush(console);
  tcdrain(fileno(console));
  reboot(RB_AUTOBOOT);
  return 0;
}
