// SPDX-License-Identifier: GPL-2.0
/*
 * file.c - settings that the kernel offers as files, and their way back
 *
 * What decides where a workqueue's work or a network queue's packets go can be
 * set by a process that writes to sysfs, and by no exported function
 * (apply_workqueue_attrs() is not one; bdi_wq and a queue's rps_map are out of
 * reach).  So that is what is done here, through mounts of our own: nothing
 * depends on where a guest has mounted them, or whether it has.
 *
 * All file access is by the round, a kernel thread in the first namespaces.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "turbo_guest.h"

#define VALUE_SIZE	256

/* Settings of network cards can't be written while somebody holds their lock. */
#define WRITE_TRIES	1000

/**
 * struct turbo_file - a setting that was changed
 * @node: in the list of all
 * @fs: in which file system
 * @left: somebody else has changed it: it is theirs
 * @ino: of a file in sysfs: it is another if a device has gone and come again
 * @orig: what it was
 * @ours: what the kernel has made of what was written
 * @asked: what was written
 * @path: from the file system's root; another one if a device is renamed
 */
struct turbo_file {
	struct list_head node;
	enum turbo_fs fs;
	bool left;
	u64 ino;
	char orig[VALUE_SIZE];
	char ours[VALUE_SIZE];
	char asked[VALUE_SIZE];
	char *path;
};

/*
 * Rounds alone change the list, one at a time, so what they only read of it needs
 * no lock.  The mutex is for those who show it: who changes what is shown takes
 * it, but never around reading or writing a file, which takes locks that he who
 * shows holds (lockdep knows one seq_file's lock only).
 */
static LIST_HEAD(files);
static DEFINE_MUTEX(files_mutex);

static const char * const fs_names[NR_TURBO_FS] = { "sysfs", "proc" };
static struct vfsmount *mounts[NR_TURBO_FS];

/*
 * A mount of a file system, made when it is first needed, which is in a round:
 * whoever loads the module may live in other namespaces.
 */
static struct vfsmount *mount_get(enum turbo_fs fs)
{
	struct file_system_type *type;

	if (mounts[fs])
		return mounts[fs];
	type = get_fs_type(fs_names[fs]);
	if (!type)
		return ERR_PTR(-ENODEV);
	mounts[fs] = kern_mount(type);
	module_put(type->owner);
	if (IS_ERR(mounts[fs])) {
		struct vfsmount *err = mounts[fs];

		mounts[fs] = NULL;
		return err;
	}
	return mounts[fs];
}

static struct file *file_get(enum turbo_fs fs, const char *name, int flags)
{
	struct vfsmount *mnt = mount_get(fs);
	struct path root;

	if (IS_ERR(mnt))
		return ERR_CAST(mnt);
	root.mnt = mnt;
	root.dentry = mnt->mnt_root;
	return file_open_root(&root, name, flags, 0);
}

static int file_read(enum turbo_fs fs, const char *path, char *buf, size_t size,
		     u64 *ino)
{
	struct file *file = file_get(fs, path, O_RDONLY);
	loff_t pos = 0;
	ssize_t n;

	if (IS_ERR(file))
		return PTR_ERR(file);
	n = kernel_read(file, buf, size - 1, &pos);
	/* inodes of sysctls come and go, and are always the same setting */
	*ino = fs == TURBO_SYSFS ? file_inode(file)->i_ino : 0;
	fput(file);
	if (n < 0)
		return n;
	/* half a value must never be put back */
	if (n == size - 1)
		return -EOVERFLOW;
	buf[n] = 0;
	strim(buf);
	return 0;
}

/**
 * turbo_file_read - read a setting
 * @fs: in which file system
 * @path: from its root
 * @buf: filled, ends in 0 and not in a newline
 * @size: of @buf
 *
 * Context: a round.
 * Return: 0 or a negative errno, -EOVERFLOW if it does not fit.
 */
int turbo_file_read(enum turbo_fs fs, const char *path, char *buf, size_t size)
{
	u64 ino;

	return file_read(fs, path, buf, size, &ino);
}

static int file_write(enum turbo_fs fs, const char *path, const char *value)
{
	struct file *file = file_get(fs, path, O_WRONLY);
	loff_t pos;
	ssize_t n;
	int i;

	if (IS_ERR(file))
		return PTR_ERR(file);
	for (i = 0; i < WRITE_TRIES; i++) {
		pos = 0;
		n = kernel_write(file, value, strlen(value), &pos);
		if (n != -ERESTARTNOINTR)
			break;
		/*
		 * The RTNL is taken.  A system call would be restarted on its
		 * way back; a kernel thread does so itself, and the sign of a
		 * signal, which there is none of, must not stay.
		 */
		clear_thread_flag(TIF_SIGPENDING);
		usleep_range(1000, 2000);
	}
	fput(file);
	return n < 0 ? n : 0;
}

/* Context: a round, as all that follows. */
static struct turbo_file *file_find(enum turbo_fs fs, const char *path)
{
	struct turbo_file *f;

	list_for_each_entry(f, &files, node)
		if (f->fs == fs && !strcmp(f->path, path))
			return f;
	return NULL;
}

static void file_free(struct turbo_file *f)
{
	kfree(f->path);
	kfree(f);
}

static void file_drop(struct turbo_file *f)
{
	mutex_lock(&files_mutex);
	list_del(&f->node);
	mutex_unlock(&files_mutex);
	file_free(f);
}

/*
 * The same, or one of sysfs with that inode, whose device has been renamed since:
 * it is at @path now.
 */
static struct turbo_file *file_find_moved(enum turbo_fs fs, const char *path,
					  u64 ino)
{
	struct turbo_file *f = file_find(fs, path);
	char *now, *old;

	if (f || !ino)
		return f;
	list_for_each_entry(f, &files, node) {
		if (f->fs != fs || f->ino != ino)
			continue;
		now = kstrdup(path, GFP_KERNEL);
		if (!now)
			return f;
		mutex_lock(&files_mutex);
		old = f->path;
		f->path = now;
		mutex_unlock(&files_mutex);
		kfree(old);
		return f;
	}
	return NULL;
}

/* The first change of a setting. */
static int file_begin(enum turbo_fs fs, const char *path, const char *now,
		      const char *value)
{
	struct turbo_file *f;
	int err;

	f = kzalloc(sizeof(*f), GFP_KERNEL);
	if (!f)
		return -ENOMEM;
	f->fs = fs;
	f->path = kstrdup(path, GFP_KERNEL);
	if (!f->path) {
		file_free(f);
		return -ENOMEM;
	}
	strscpy(f->orig, now, sizeof(f->orig));
	strscpy(f->asked, value, sizeof(f->asked));
	err = file_write(fs, path, value);
	if (!err)
		err = file_read(fs, path, f->ours, sizeof(f->ours), &f->ino);
	if (err) {
		file_free(f);
		return err;
	}
	if (!strcmp(f->orig, f->ours)) {
		/* it was that already, written in another way */
		file_free(f);
		return 0;
	}
	mutex_lock(&files_mutex);
	list_add(&f->node, &files);
	mutex_unlock(&files_mutex);
	turbo_count(TURBO_FILE_SET);
	return 0;
}

/* Another change by us. */
static int file_change(struct turbo_file *f, const char *value)
{
	char now[VALUE_SIZE];
	int err;

	err = file_write(f->fs, f->path, value);
	if (!err)
		err = turbo_file_read(f->fs, f->path, now, sizeof(now));
	if (err)
		return err;
	mutex_lock(&files_mutex);
	strscpy(f->asked, value, sizeof(f->asked));
	strscpy(f->ours, now, sizeof(f->ours));
	mutex_unlock(&files_mutex);
	return 0;
}

/**
 * turbo_file_set - change a setting, and remember what it was
 * @fs: in which file system
 * @path: from its root
 * @value: as one would write it
 *
 * Done again with the same @value it does nothing, so it can be called in each
 * round.  A setting that somebody has changed after us is theirs from then on;
 * it is named once.  A file that isn't there is no error.
 *
 * Context: a round.
 */
void turbo_file_set(enum turbo_fs fs, const char *path, const char *value)
{
	char now[VALUE_SIZE];
	struct turbo_file *f;
	u64 ino = 0;
	int err;

	err = file_read(fs, path, now, sizeof(now), &ino);
	if (err == -ENOENT)
		return;
	f = file_find_moved(fs, path, ino);
	if (!err && f && f->ino != ino) {
		file_drop(f);
		f = NULL;
	}
	if (f && f->left)
		return;
	if (!err && !f && strcmp(now, value))
		err = file_begin(fs, path, now, value);
	if (!err && f && strcmp(now, f->ours)) {
		mutex_lock(&files_mutex);
		f->left = true;
		mutex_unlock(&files_mutex);
		turbo_count(TURBO_FILE_LEFT);
		pr_info("%s/%s: left at %s, which it was given meanwhile\n",
			fs_names[fs], path, now);
	} else if (!err && f && strcmp(value, f->asked)) {
		err = file_change(f, value);
	}
	if (err) {
		turbo_count(TURBO_FILE_FAILED);
		pr_warn_ratelimited("%s/%s can't be set to %s: %d\n",
				    fs_names[fs], path, value, err);
	}
}

/**
 * turbo_file_number - what a setting that is a number is but for us
 * @fs: in which file system
 * @path: from its root
 * @n: set to that: what it was before we changed it
 *
 * Context: a round.
 * Return: 0 or a negative errno, -EPERM if somebody has changed it after us.
 */
int turbo_file_number(enum turbo_fs fs, const char *path, u64 *n)
{
	char now[VALUE_SIZE];
	struct turbo_file *f;
	u64 ino = 0;
	int err;

	err = file_read(fs, path, now, sizeof(now), &ino);
	if (err)
		return err;
	f = file_find_moved(fs, path, ino);
	if (!f || f->ino != ino)
		return kstrtou64(now, 10, n);
	if (f->left || strcmp(now, f->ours))
		return -EPERM;
	return kstrtou64(f->orig, 10, n);
}

/**
 * turbo_file_raise - change a setting that is a number, if that is lower
 * @fs: in which file system
 * @path: from its root
 * @to: the number
 *
 * Context: a round.
 */
void turbo_file_raise(enum turbo_fs fs, const char *path, u32 to)
{
	char now[24], value[16];
	u64 n;

	if (turbo_file_read(fs, path, now, sizeof(now)) ||
	    kstrtou64(now, 10, &n) || n >= to)
		return;
	snprintf(value, sizeof(value), "%u", to);
	turbo_file_set(fs, path, value);
}

/* Returns 0 if it is what it was, 1 if it is somebody else's, or an error. */
static int file_undo(struct turbo_file *f)
{
	char now[VALUE_SIZE];
	u64 ino = 0;
	int err;

	if (f->left)
		return 1;
	err = file_read(f->fs, f->path, now, sizeof(now), &ino);
	/* the device has gone, and perhaps another has come */
	if (err == -ENOENT || err == -ENODEV || (!err && ino != f->ino))
		return 0;
	if (!err && strcmp(now, f->ours)) {
		turbo_count(TURBO_FILE_LEFT);
		pr_info("%s/%s: left at %s, which it was given meanwhile\n",
			fs_names[f->fs], f->path, now);
		return 1;
	}
	if (!err)
		err = file_write(f->fs, f->path, f->orig);
	if (err) {
		turbo_count(TURBO_FILE_FAILED);
		pr_warn_ratelimited("%s/%s can't be put back to %s: %d\n",
				    fs_names[f->fs], f->path, f->orig, err);
	} else {
		turbo_count(TURBO_FILE_RESTORED);
	}
	return err;
}

/**
 * turbo_file_reset - put one setting back
 * @fs: in which file system
 * @path: from its root
 *
 * One that was not changed is no error.  One that somebody has changed after us
 * stays theirs.
 *
 * Context: a round.
 * Return: 0, or an error if that is to be tried again: -ENOENT if there is no such
 * file for now, as that of a card in another network namespace, which comes back.
 */
int turbo_file_reset(enum turbo_fs fs, const char *path)
{
	struct turbo_file *f;
	char now[VALUE_SIZE];
	u64 ino = 0;
	int err;

	err = file_read(fs, path, now, sizeof(now), &ino);
	if (err == -ENOENT)
		return err;
	f = file_find_moved(fs, path, err ? 0 : ino);
	if (!f)
		return 0;
	err = file_undo(f);
	if (err < 0)
		return err;
	if (!err) {
		file_drop(f);
		return 0;
	}
	mutex_lock(&files_mutex);
	f->left = true;
	mutex_unlock(&files_mutex);
	return 0;
}

/**
 * turbo_file_undo - put all settings back, the last one first
 *
 * Context: a round.
 */
void turbo_file_undo(void)
{
	struct turbo_file *f, *next;

	list_for_each_entry_safe(f, next, &files, node) {
		file_undo(f);
		file_drop(f);
	}
}

/**
 * turbo_file_show - an array of JSON
 * @m: printed to
 */
void turbo_file_show(struct seq_file *m)
{
	struct turbo_file *f;
	const char *sep = "";

	mutex_lock(&files_mutex);
	seq_putc(m, '[');
	list_for_each_entry(f, &files, node) {
		seq_printf(m, "%s{\"file\":\"%s/%s\",\"was\":\"", sep,
			   fs_names[f->fs], f->path);
		seq_escape_str(m, f->orig, ESCAPE_SPACE | ESCAPE_SPECIAL, "\t\"\\");
		seq_puts(m, "\",\"set\":\"");
		seq_escape_str(m, f->ours, ESCAPE_SPACE | ESCAPE_SPECIAL, "\t\"\\");
		seq_printf(m, "\",\"left\":%s}", f->left ? "true" : "false");
		sep = ",";
	}
	mutex_unlock(&files_mutex);
	seq_putc(m, ']');
}

/**
 * turbo_file_exit - give up the mounts
 *
 * Context: task context; there is no round any more.
 */
void turbo_file_exit(void)
{
	int i;

	for (i = 0; i < NR_TURBO_FS; i++) {
		if (mounts[i])
			kern_unmount(mounts[i]);
		mounts[i] = NULL;
	}
}
