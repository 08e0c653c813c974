/* Preloaded into a server: a disk that forgets at a power cut what was not synced.
 *
 * Below $FORGET_ROOT every file has a shadow below $FORGET_SHADOW: what the disk would hold. Writes are only
 * noted; fsync and fdatasync bring what this process wrote to that file into its shadow. A new name, be it
 * of a made or a renamed file, is on the disk once its folder was synced, or for a file that was made, once
 * the file itself was (as ext4, XFS and btrfs do). After the power cut the drill puts the shadow in place.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define MOST_FILES 65536
typedef struct { off_t at; size_t length; } Range;
typedef struct { Range *ranges; int count, room; } Notes;
static Notes notes[MOST_FILES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    const char *root = getenv("FORGET_ROOT");
    return root && !strncmp(path, root, strlen(root)) && !strstr(path, "-shm") && !strstr(path, "web.log");
}

static void shadow_of(const char *path, char *shadow) {
    snprintf(shadow, PATH_MAX, "%s%s", getenv("FORGET_SHADOW"), path + strlen(getenv("FORGET_ROOT")));
}

static void make_parents(char *path) {
    for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        mkdir(path, 0755);
        *slash = '/';
    }
}

static void note(int fd, off_t at, ssize_t length) {
    char path[PATH_MAX];
    if (length <= 0 || fd < 0 || fd >= MOST_FILES || !path_of(fd, path)) return;
    pthread_mutex_lock(&lock);
    Notes *mine = &notes[fd];
    if (mine->count == mine->room) {
        mine->room = mine->room ? 2 * mine->room : 64;
        mine->ranges = realloc(mine->ranges, mine->room * sizeof(Range));
    }
    mine->ranges[mine->count++] = (Range){at, (size_t)length};
    pthread_mutex_unlock(&lock);
}

static void copy(int from, int to, off_t at, size_t length) {
    char part[65536];
    while (length) {
        ssize_t got = REAL(pread)(from, part, length < sizeof part ? length : sizeof part, at);
        if (got <= 0) return;
        if (REAL(pwrite)(to, part, got, at) != got) abort();
        at += got;
        length -= got;
    }
}

static void sync_folder(const char *path) {
    char shadow[PATH_MAX], name[PATH_MAX], there[PATH_MAX];
    DIR *folder = opendir(path);
    if (!folder) return;
    shadow_of(path, shadow);
    for (struct dirent *each; (each = readdir(folder));) {
        snprintf(name, sizeof name, "%.2000s/%s", path, each->d_name);
        snprintf(there, sizeof there, "%.2000s/%s", shadow, each->d_name);
        struct stat found;
        if (stat(name, &found) || access(there, F_OK) == 0) continue;
        make_parents(there);
        if (S_ISDIR(found.st_mode)) {
            if (each->d_name[0] != '.') mkdir(there, 0755);
        } else if (S_ISREG(found.st_mode)) { /* its bytes, synced under the name it had, wait by inode */
            char inode[PATH_MAX];
            snprintf(inode, sizeof inode, "%s/.inode/%lu", getenv("FORGET_SHADOW"), (unsigned long)found.st_ino);
            if (link(inode, there)) continue;
        }
    }
    closedir(folder);
}

static void sync_file(int fd, const char *path) {
    char shadow[PATH_MAX], inode[PATH_MAX];
    struct stat found;
    if (fstat(fd, &found)) return;
    snprintf(inode, sizeof inode, "%s/.inode/%lu", getenv("FORGET_SHADOW"), (unsigned long)found.st_ino);
    make_parents(inode);
    shadow_of(path, shadow);
    make_parents(shadow);
    pthread_mutex_lock(&lock);
    int from = REAL(open)(path, O_RDONLY); /* the writer's own may be for writing only */
    int to = REAL(open)(access(shadow, F_OK) ? inode : shadow, O_RDWR | O_CREAT, 0644);
    if (from < 0 || to < 0) abort();
    for (int i = 0; i < notes[fd].count; i++) copy(from, to, notes[fd].ranges[i].at, notes[fd].ranges[i].length);
    notes[fd].count = 0;
    if (ftruncate(to, found.st_size)) abort();
    REAL(close)(from);
    REAL(close)(to);
    if (access(shadow, F_OK) && link(inode, shadow)) abort();
    pthread_mutex_unlock(&lock);
}

static void synced(int fd) {
    char path[PATH_MAX];
    struct stat found;
    if (!path_of(fd, path) || fstat(fd, &found)) return;
    if (S_ISDIR(found.st_mode)) sync_folder(path);
    else if (fd < MOST_FILES) sync_file(fd, path);
}

ssize_t write(int fd, const void *data, size_t length) {
    off_t at = lseek(fd, 0, SEEK_CUR);
    ssize_t done = REAL(write)(fd, data, length);
    if (at >= 0) note(fd, at, done);
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t at) {
    ssize_t done = REAL(pwrite)(fd, data, length, at);
    note(fd, at, done);
    return done;
}

ssize_t pwrite64(int fd, const void *data, size_t length, off_t at) { return pwrite(fd, data, length, at); }

int fsync(int fd) {
    synced(fd);
    return 0;
}

int fdatasync(int fd) {
    synced(fd);
    return 0;
}

int close(int fd) {
    if (fd >= 0 && fd < MOST_FILES) {
        pthread_mutex_lock(&lock);
        notes[fd].count = 0; /* what nobody synced before is forgotten */
        pthread_mutex_unlock(&lock);
    }
    return REAL(close)(fd);
}
