/* Which mount a file lies on, and what of it breaks durability. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mount_options.h"

#define ROOT "28 1 179:2 / / rw,noatime shared:1 - ext4 /dev/mmcblk0p2 rw\n"
#define DATA "40 28 179:3 / /data rw,relatime shared:20 - "

static void judged(void **state)
{
    (void)state;
    static const struct {
        const char *proves, *mountinfo, *path;
        enum mount_durability durability;
        const char *point, *option;
    } rows[] = {
        {"the root file system", ROOT, "/var/lib/pamit", MOUNT_DURABLE, "/", ""},
        {"ext4 that writes metadata first", ROOT DATA "ext4 /dev/x rw,data=writeback\n", "/data/p",
         MOUNT_WEAK, "/data", "data=writeback"},
        {"ext4 without barriers", ROOT DATA "ext4 /dev/x rw,nobarrier,data=ordered\n", "/data",
         MOUNT_WEAK, "/data", "nobarrier"},
        {"the same in its old words", ROOT DATA "ext3 /dev/x rw,barrier=0\n", "/data", MOUNT_WEAK,
         "/data", "barrier=0"},
        {"an option of the mount, not of the file system",
         ROOT "40 28 8:1 / /data rw,nobarrier - xfs /dev/x rw\n", "/data", MOUNT_WEAK, "/data",
         "nobarrier"},
        {"an option that only looks like it",
         ROOT DATA "ext4 /dev/x rw,nobarriers,xnobarrier,barrier=01\n", "/data", MOUNT_DURABLE,
         "/data", ""},
        {"a source that looks like an option", ROOT DATA "ext4 nobarrier rw\n", "/data",
         MOUNT_DURABLE, "/data", ""},
        {"an option of another type", ROOT DATA "ext4 /dev/x rw,fsync_mode=nobarrier\n", "/data",
         MOUNT_DURABLE, "/data", ""},
        {"f2fs", ROOT DATA "f2fs /dev/x rw,fsync_mode=nobarrier\n", "/data", MOUNT_WEAK, "/data",
         "fsync_mode=nobarrier"},
        {"a stick", ROOT DATA "vfat /dev/x rw\n", "/data", MOUNT_WEAK, "/data", ""},
        {"memory", ROOT DATA "tmpfs tmpfs rw,size=1m\n", "/data/x/y", MOUNT_VOLATILE, "/data", ""},
        {"a folder whose name only begins like a mount point", ROOT DATA "tmpfs tmpfs rw\n",
         "/database", MOUNT_DURABLE, "/", ""},
        {"the nearest mount counts",
         ROOT DATA "tmpfs tmpfs rw\n41 40 8:2 / /data/p rw - ext4 /dev/y rw\n", "/data/p/q",
         MOUNT_DURABLE, "/data/p", ""},
        {"of two at one place the one on top",
         ROOT DATA "tmpfs tmpfs rw\n41 40 8:2 / /data rw - ext4 /dev/y rw\n", "/data/p",
         MOUNT_DURABLE, "/data", ""},
        {"one that a later one hides",
         ROOT "41 28 8:2 / /data/p rw - tmpfs tmpfs rw\n" DATA "ext4 /dev/x rw\n", "/data/p",
         MOUNT_DURABLE, "/data", ""},
        {"the root is not always the first line", DATA "tmpfs tmpfs rw\n" ROOT, "/data/p",
         MOUNT_VOLATILE, "/data", ""},
        {"a root on a root", ROOT "50 28 0:9 / / rw - tmpfs tmpfs rw\n", "/x", MOUNT_VOLATILE, "/",
         ""},
        {"a bind mount is its file system's",
         ROOT "60 28 8:1 /var/lib/pamit /data rw - ext4 /dev/x rw,data=writeback\n", "/data/j",
         MOUNT_WEAK, "/data", "data=writeback"},
        {"no optional fields, and many",
         ROOT "60 28 8:1 / /data rw master:1 propagate_from:2 unbindable - tmpfs t rw\n", "/data",
         MOUNT_VOLATILE, "/data", ""},
        {"a blank in the mount point", ROOT "60 28 8:1 / /a\\040b\\134c rw - tmpfs t rw\n",
         "/a b\\c/d", MOUNT_VOLATILE, "/a b\\c", ""},
        {"an escape that is none is no line", ROOT "60 28 8:1 / /d\\09 rw - tmpfs t rw\n", "/d\\09",
         MOUNT_DURABLE, "/", ""},
        {"an overlay is as durable as its upper folder",
         ROOT DATA "tmpfs t rw\n70 28 0:5 / /o rw - overlay o rw,lowerdir=/l,upperdir=/data/u\n",
         "/o/p", MOUNT_VOLATILE, "/data", ""},
        {"an overlay on a disk",
         ROOT DATA "ext4 t rw\n70 28 0:5 / /o rw - overlay o rw,upperdir=/data/u\n", "/o/p",
         MOUNT_DURABLE, "/data", ""},
        {"an overlay whose upper folder is out of sight",
         "70 1 0:5 / / rw - overlay o rw,upperdir=/upper\n", "/o/p", MOUNT_UNKNOWN, "/", ""},
        {"an overlay that syncs nothing", "70 1 0:5 / / rw - overlay o rw,volatile,upperdir=/u\n",
         "/o", MOUNT_WEAK, "/", "volatile"},
        {"overlays in a ring",
         ROOT "70 28 0:5 / /a rw - overlay o rw,upperdir=/b\n"
              "71 28 0:6 / /b rw - overlay o rw,upperdir=/a\n",
         "/a", MOUNT_UNKNOWN, "/a", ""},
        {"mounts in a ring", "1 2 0:1 / / rw - ext4 x rw\n2 1 0:1 / / rw - ext4 x rw\n", "/",
         MOUNT_UNKNOWN, "", ""},
        {"a disk mounted from an initramfs, the root of which is its own parent",
         "1 1 0:2 / / rw - rootfs none rw\n20 1 8:1 / /data rw - ext4 x rw\n", "/data/p",
         MOUNT_DURABLE, "/data", ""},
        {"the initramfs itself", "1 1 0:2 / / rw - rootfs none rw\n", "/p", MOUNT_VOLATILE, "/",
         ""},
        {"nothing", "", "/", MOUNT_UNKNOWN, "", ""},
        {"a chroot whose root is no mount: in one of its mounts", DATA "ext4 x rw\n", "/data/p",
         MOUNT_DURABLE, "/data", ""},
        {"... and elsewhere", DATA "ext4 x rw\n", "/p", MOUNT_UNKNOWN, "", ""},
        {"a path that is none", ROOT, "journal.db", MOUNT_UNKNOWN, "", ""},
        {"lines that break off",
         "\n\n28\n28 1\n28 1 8:2 /\n28 1 8:2 / / rw\n28 1 8:2 / / rw - \n28 1 8:2 / / rw - ext4\n"
         "99999999999999999999 1 8:2 / / rw - tmpfs t rw\n" ROOT,
         "/x", MOUNT_DURABLE, "/", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mount_finding found;

        mount_options_judge(span_of_text(rows[i].mountinfo), rows[i].path, &found);
        if (found.durability != rows[i].durability || strcmp(found.point, rows[i].point) != 0 ||
            strcmp(found.option, rows[i].option) != 0)
            fail_msg("%s: %d at \"%s\" by \"%s\"", rows[i].proves, (int)found.durability,
                     found.point, found.option);
    }
}

/* Where the files of this machine lie, by what the kernel says of it. */
static void this_machine_is_looked_at(void **state)
{
    (void)state;
    struct mount_finding found;

    assert_int_equal(mount_options_look("/proc/nothing.db", &found), ERR_OK);
    assert_string_equal(found.point, "/proc");
    assert_string_equal(found.type, "proc");
    assert_int_equal(mount_options_look("/none at all/x.db", &found), ERR_MISSING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judged),
        cmocka_unit_test(this_machine_is_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
