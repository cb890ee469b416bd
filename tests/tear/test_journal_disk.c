/* Preloaded under a child process: writes down, or spoils, what it does to the files below one folder.
 *
 * DISK_FOLDER   the folder; other files are passed through
 * DISK_TRACE    a file that gets one record per write, truncation and sync (see test_journal_disk.py)
 * DISK_FAULT_AT the number of the first operation to spoil (from 1)
 * DISK_FAULT    kill: the process dies there by SIGKILL; eio or full: the operation fails with EIO or ENOSPC;
 *               short: half of the first write is made, and what follows goes well; short-full, short-eio: it fails;
 *               short-kill: half of the write is made and the process dies
 * DISK_FAULT_OPS how many operations in a row are spoiled
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define FILES 1024
static char *names[FILES];
static int trace = -1;
static long count;

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static ssize_t plain_write(int fd, const void *data, size_t size) {
    REAL(ssize_t, "write", int, const void *, size_t);
    return real(fd, data, size);
}

static void note(char what, int fd, int64_t at, const void *data, uint32_t size) {
    const char *path = getenv("DISK_TRACE");
    if (!path) return;
    if (trace < 0) {
        REAL(int, "open", const char *, int, ...);
        trace = real(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    uint32_t length = strlen(names[fd]);
    plain_write(trace, &what, 1);
    plain_write(trace, &length, 4);
    plain_write(trace, names[fd], length);
    plain_write(trace, &at, 8);
    plain_write(trace, &size, 4);
    if (size) plain_write(trace, data, size);
}

enum { WHOLE, HALF, HALF_AND_DIE, NOTHING };

/* Says what is left of this operation on a watched file; errno is set where nothing is. */
static int left_of(int fd) {
    const char *fault = getenv("DISK_FAULT"), *at = getenv("DISK_FAULT_AT"), *ops = getenv("DISK_FAULT_OPS");
    if (strcmp(names[fd], "acknowledged") == 0) return WHOLE;
    count++;
    if (!fault || !at || count < atol(at) || count >= atol(at) + (ops ? atol(ops) : 1)) return WHOLE;
    if (strncmp(fault, "short", 5) == 0 && count == atol(at)) return strcmp(fault, "short-kill") ? HALF : HALF_AND_DIE;
    if (strcmp(fault, "short") == 0) return WHOLE;
    if (strcmp(fault, "kill") == 0) kill(getpid(), SIGKILL);
    errno = strstr(fault, "full") ? ENOSPC : EIO;
    return NOTHING;
}

/* What has no half is done, but the process may die of it. */
static int undone(int fd) {
    int left = left_of(fd);
    if (left == HALF_AND_DIE) kill(getpid(), SIGKILL);
    return left == NOTHING;
}

static int watched(int fd) { return fd >= 0 && fd < FILES && names[fd]; }

static int opened(int fd, const char *path) {
    const char *folder = getenv("DISK_FOLDER");
    size_t length = folder ? strlen(folder) : 0;
    if (fd >= 0 && fd < FILES && length && strncmp(path, folder, length) == 0 && path[length] == '/') {
        free(names[fd]);
        names[fd] = strdup(path + length + 1);
    }
    return fd;
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        REAL(int, #name, const char *, int, ...); \
        va_list more; \
        va_start(more, flags); \
        int mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(more, int) : 0; \
        va_end(more); \
        return opened(real(path, flags, mode), path); \
    }
OPEN(open)
OPEN(open64)

int close(int fd) {
    REAL(int, "close", int);
    if (watched(fd)) { free(names[fd]); names[fd] = NULL; }
    return real(fd);
}

#define PWRITE(name, offset) \
    ssize_t name(int fd, const void *data, size_t size, offset at) { \
        REAL(ssize_t, #name, int, const void *, size_t, offset); \
        if (!watched(fd)) return real(fd, data, size, at); \
        int left = left_of(fd); \
        if (left == NOTHING) return -1; \
        if (left != WHOLE) size = (size + 1) / 2; \
        note('w', fd, at, data, size); \
        ssize_t done = real(fd, data, size, at); \
        if (left == HALF_AND_DIE) kill(getpid(), SIGKILL); \
        return done; \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t write(int fd, const void *data, size_t size) {
    if (!watched(fd)) return plain_write(fd, data, size);
    int left = left_of(fd);
    if (left == NOTHING) return -1;
    if (left != WHOLE) size = (size + 1) / 2;
    note('w', fd, lseek(fd, 0, SEEK_CUR), data, size);
    ssize_t done = plain_write(fd, data, size);
    if (left == HALF_AND_DIE) kill(getpid(), SIGKILL);
    return done;
}

#define FTRUNCATE(name, offset) \
    int name(int fd, offset size) { \
        REAL(int, #name, int, offset); \
        if (watched(fd)) { if (undone(fd)) return -1; note('t', fd, size, NULL, 0); } \
        return real(fd, size); \
    }
FTRUNCATE(ftruncate, off_t)
FTRUNCATE(ftruncate64, off64_t)

#define FSYNC(name) \
    int name(int fd) { \
        REAL(int, #name, int); \
        if (watched(fd)) { if (undone(fd)) return -1; note('s', fd, 0, NULL, 0); } \
        return real(fd); \
    }
FSYNC(fsync)
FSYNC(fdatasync)

/* For a process that spoils several runs: count from here on. */
void disk_begin(void) { count = 0; }
long disk_count(void) { return count; }
