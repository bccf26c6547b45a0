/* Stands between a process and its disk: writes down what reaches the files of one folder, and lets calls fail.
 *
 * Loaded with LD_PRELOAD and steered by the test through the functions that begin with `fault_`. Only files below the
 * watched folder are touched. The log is a row of records: kind, length of the path, offset, length of the bytes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))real(#name))

enum { ONCE = 0, STICKY = 1, HALF = 2 };

static char watched[PATH_MAX];
static int recording, swallowing, how, failing_with;
static long countdown, fired, calls;
static unsigned char *log_bytes;
static size_t log_size, log_room;

static void *real(const char *name) {
    return dlsym(RTLD_NEXT, name);
}

static int is_ours(const char *path) {
    size_t length = strlen(watched);
    return length && !strncmp(path, watched, length) && path[length] == '/';
}

static int path_of(int fd, char *path) {
    char link[64];
    int before = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    errno = before;
    if (length < 0) return 0;
    path[length] = 0;
    return is_ours(path);
}

static void append(const void *bytes, size_t length) {
    if (log_size + length > log_room) {
        log_room = 2 * (log_size + length);
        log_bytes = realloc(log_bytes, log_room);
        if (!log_bytes) abort();
    }
    memcpy(log_bytes + log_size, bytes, length);
    log_size += length;
}

static void note(uint8_t kind, const char *path, int64_t offset, const void *bytes, uint32_t length) {
    uint16_t named = (uint16_t)strlen(path);
    if (!recording) return;
    append(&kind, sizeof kind);
    append(&named, sizeof named);
    append(&offset, sizeof offset);
    append(&length, sizeof length);
    append(path, named);
    if (bytes) append(bytes, length);
}

/* Tells whether the call that is just made has to fail. */
static int fails(void) {
    calls++;
    if (!countdown) return 0;
    if (countdown > 1) {
        countdown--;
        return 0;
    }
    fired++;
    errno = failing_with;
    if (how == ONCE) countdown = 0;
    return 1;
}

static ssize_t written(int fd, const void *bytes, size_t length, off64_t offset) {
    char path[PATH_MAX];
    int ours = path_of(fd, path);
    size_t part = length;
    if (ours && fails()) {
        if (how != HALF || length < 2 || fired > 1) return -1;
        part = length / 2;
    }
    ssize_t done = REAL(pwrite64)(fd, bytes, part, offset);
    if (ours && done > 0) note('w', path, offset, bytes, (uint32_t)done);
    return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
    return written(fd, bytes, length, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
    return written(fd, bytes, length, offset);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    char path[PATH_MAX];
    off64_t place = path_of(fd, path) ? lseek64(fd, 0, SEEK_CUR) : -1;
    if (place < 0) return REAL(write)(fd, bytes, length);
    ssize_t done = written(fd, bytes, length, place);
    if (done > 0) lseek64(fd, place + done, SEEK_SET);
    return done;
}

static int synced(int fd, int (*sync_it)(int)) {
    char path[PATH_MAX];
    if (!path_of(fd, path)) return sync_it(fd);
    if (fails()) return -1;
    if (swallowing) return 0;
    int done = sync_it(fd);
    if (!done) note('s', path, 0, 0, 0);
    return done;
}

int fsync(int fd) {
    return synced(fd, REAL(fsync));
}

int fdatasync(int fd) {
    return synced(fd, REAL(fdatasync));
}

static int cut(int fd, off64_t size) {
    char path[PATH_MAX];
    int ours = path_of(fd, path);
    if (ours && fails()) return -1;
    int done = REAL(ftruncate64)(fd, size);
    if (ours && !done) note('t', path, size, 0, 0);
    return done;
}

int ftruncate64(int fd, off64_t size) {
    return cut(fd, size);
}

int ftruncate(int fd, off_t size) {
    return cut(fd, size);
}

int unlink(const char *path) {
    int ours = is_ours(path);
    if (ours && fails()) return -1;
    int done = REAL(unlink)(path);
    if (ours && !done) note('u', path, 0, 0, 0);
    return done;
}

ssize_t pread64(int fd, void *bytes, size_t length, off64_t offset) {
    char path[PATH_MAX];
    if (path_of(fd, path) && fails()) return -1;
    return REAL(pread64)(fd, bytes, length, offset);
}

ssize_t pread(int fd, void *bytes, size_t length, off_t offset) {
    return pread64(fd, bytes, length, offset);
}

void fault_watch(const char *folder, int record) {
    snprintf(watched, sizeof watched, "%s", folder);
    recording = record;
    log_size = 0;
}

void fault_mark(int64_t number) {
    note('m', "", number, 0, 0);
}

void fault_swallow(int wanted) {
    swallowing = wanted;
}

void fault_arm(long number, int with, int manner) {
    countdown = number;
    failing_with = with;
    how = manner;
    fired = calls = 0;
}

long fault_fired(void) {
    return fired;
}

long fault_calls(void) {
    return calls;
}

int fault_save(const char *path) {
    FILE *file = fopen(path, "wb");
    if (!file) return -1;
    size_t done = fwrite(log_bytes, 1, log_size, file);
    return fclose(file) || done != log_size ? -1 : 0;
}
