/* Preloaded into a server: a disk that forgets at a power cut what was not synced.
 *
 * Below $FORGET_ROOT every file has a shadow below $FORGET_SHADOW: what the disk would hold. fsync and
 * fdatasync bring the file into its shadow as it is, whoever wrote it: the system's cache belongs to the file,
 * not to a process. A new name, be it of a made or a renamed file, is on the disk once its folder was synced,
 * or for a file that was made, once the file itself was (as ext4, XFS and btrfs do). After the power cut the
 * drill puts the shadow in place.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

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

static void copy(int from, int to) {
    static const size_t most = 1 << 20;
    char *part = malloc(most);
    off_t at = 0;
    for (ssize_t got; (got = pread(from, part, most, at)) > 0; at += got)
        if (pwrite(to, part, got, at) != got) abort();
    if (ftruncate(to, at)) abort();
    free(part);
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
    /* closing any descriptor of a file gives up the locks that SQLite has on it: its own is read from */
    int own = (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR, from = own ? fd : open(path, O_RDONLY);
    int to = open(access(shadow, F_OK) ? inode : shadow, O_RDWR | O_CREAT, 0644);
    if (from < 0 || to < 0 || flock(to, LOCK_EX)) abort(); /* an older state never covers a newer one */
    copy(from, to);
    if (access(shadow, F_OK) && link(inode, shadow) && errno != EEXIST) abort();
    if (!own) close(from);
    close(to);
}

static void synced(int fd) {
    char path[PATH_MAX];
    struct stat found;
    if (!path_of(fd, path) || fstat(fd, &found)) return;
    if (S_ISDIR(found.st_mode)) sync_folder(path);
    else sync_file(fd, path);
}

int fsync(int fd) {
    synced(fd);
    return 0;
}

int fdatasync(int fd) {
    synced(fd);
    return 0;
}
