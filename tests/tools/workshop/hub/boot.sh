#!/bin/bash
# systemd as PID 1 of namespaces of its own, over a copy of this machine's files that nobody keeps:
#     boot.sh FOLDER          the folder is empty, and what is mounted there ends with this
# Root only, with cgroups of version 1: they are made in `kit-boot` below those of whoever calls.
set -euo pipefail
if [ "${2:-}" != inside ]; then
    mine=$(cat /proc/self/cgroup) # it changes below
    while IFS=: read -r _ names path; do
        names=${names#name=}
        above=/sys/fs/cgroup/${names:-unified}${path%/}
        top=$above/kit-boot
        [ -d "$above" ] || continue
        mkdir -p "$top"
        if [ "$names" = cpuset ]; then
            for each in cpus mems; do cat "$above/cpuset.$each" >"$top/cpuset.$each"; done
        fi
        echo $$ >"$top/cgroup.procs"
    done <<<"$mine"
    exec unshare --mount --pid --fork --kill-child --uts --ipc --net --cgroup --propagation private \
        /bin/bash "$0" "$1" inside
fi
mount -t tmpfs -o mode=755 tmpfs "$1"
root=$1/root
mkdir "$1/upper" "$1/work" "$root"
mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" overlay "$root"
mount -t proc proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,ro,bind "$root/proc/sys"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
for each in cpu cpuacct memory pids devices freezer systemd unified; do
    folder=$root/sys/fs/cgroup/$each
    mkdir "$folder"
    case $each in
        systemd) mount -t cgroup -o none,name=systemd cgroup "$folder" ;;
        unified) mount -t cgroup2 cgroup2 "$folder" ;;
        *) mount -t cgroup -o "$each" cgroup "$folder" ;;
    esac
done
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for each in null zero full random urandom tty; do
    touch "$root/dev/$each"
    mount --bind "/dev/$each" "$root/dev/$each"
done
mkdir "$root/dev/shm"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
: >"$root/etc/fstab"
[ -s "$root/etc/machine-id" ] || tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
# What would look at the machine itself, or tidy it up.
for each in tmpfiles-setup tmpfiles-setup-dev tmpfiles-clean timesyncd udevd udev-trigger modules-load sysctl sysusers; do
    ln -sf /dev/null "$root/etc/systemd/system/systemd-$each.service"
done
cd "$root"
exec env -i container=kit PATH="$PATH" chroot "$root" /lib/systemd/systemd --system --unit=basic.target
