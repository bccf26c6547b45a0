/* Lets every sync take some time more: a disk that really writes takes milliseconds, that of a virtual machine less.
 *
 * Loaded with LD_PRELOAD; SYNC_MS says how many milliseconds more.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static int later(int fd, const char *name) {
    int (*sync_it)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    const char *said = getenv("SYNC_MS");
    double more = said ? atof(said) / 1000 : 0;
    struct timespec pause = {(time_t)more, (long)((more - (time_t)more) * 1e9)};
    nanosleep(&pause, 0);
    return sync_it(fd);
}

int fsync(int fd) {
    return later(fd, "fsync");
}

int fdatasync(int fd) {
    return later(fd, "fdatasync");
}
