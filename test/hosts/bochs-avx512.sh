#!/bin/sh
# Runs a file with node on an emulated processor with AVX-512 (F, CD, BW, DQ and VL), so that AVX-512 code
# is executed wherever the tests run: Bochs boots a Debian cloud kernel with an initramfs that holds this
# machine's node, the shared libraries it needs and the application (see bochs-init.c).
#
# usage: bochs-avx512.sh STAGE FILE [ARGUMENT]...
#
# Prints what node printed and ends with its exit status; with 77 if a needed tool is missing
# (debian-packages.txt); with 70 if node did not end within BOCHS_TIME_LIMIT seconds (600) or nothing booted.
set -eu

skip() { echo "skipped: ${0##*/}: $1"; exit 77; }
fail() { echo "${0##*/}: $1" >&2; exit 70; }

bios=/usr/share/bochs/BIOS-bochs-latest
vga_bios=/usr/share/bochs/VGABIOS-lgpl-latest
display=/usr/lib/x86_64-linux-gnu/bochs/plugins/libbx_term_gui.so
boot_loader=/usr/lib/ISOLINUX/isolinux.bin
boot_module=/usr/lib/syslinux/modules/bios/ldlinux.c32
for tool in bochs cpio gcc ldd node script xorriso $bios $vga_bios $display $boot_loader $boot_module; do
  command -v "$tool" >/dev/null || test -e "$tool" || skip "$tool is missing"
done

here=$(cd "$(dirname "$0")" && pwd)
stage=$(cd "${1:?a stage folder is wanted}" && pwd)
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"

# The kernel: an installed one, or else the current package, only unpacked.
for kernel in /boot/vmlinuz-*cloud*; do
  test ! -r "$kernel" || break
done
if test ! -r "$kernel"; then
  package=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null | sed -n 's/^ *Depends: //p')
  apt-get -qq download "$package" 2>/dev/null || skip "no Debian cloud kernel, installed or to download"
  dpkg -x ./*.deb .
  kernel=$(echo boot/vmlinuz-*)
fi

# The initramfs. /init is the first process.
mkdir -p root/bin root/dev root/proc root/sys root/tmp
gcc -static -O2 -o root/init "$here/bochs-init.c"
cp "$(node -p process.execPath)" root/bin/node
cp -RL "$stage" root/stage
printf '%s\n' "$@" >root/arguments
{ ldd root/bin/node; find root/stage -name '*.node' -exec ldd {} +; } 2>/dev/null |
  grep -o '/[^ ]*\.so[^ ]*' | sort -u | while read -r library; do
  mkdir -p "root${library%/*}"
  cp -L "$library" "root$library"
done

# The boot disc.
#   xsavec, xsaves: with Bochs' form of these instructions the kernel finds no AVX-512
#   jiffies, nolapic_timer: only the clock of the timer interrupt agrees with Bochs' idea of a second
#   notests, mitigations: half of the boot time
#   panic, reboot: a restart or a kernel panic is a triple fault, which ends Bochs
mkdir disc
cp "$kernel" disc/vmlinuz
cp "$boot_loader" "$boot_module" disc
(cd root && find . | cpio --quiet -o -H newc -R 0:0) >disc/initrd
cat >disc/isolinux.cfg <<END
DEFAULT linux
LABEL linux
  KERNEL vmlinuz
  APPEND initrd=initrd console=ttyS0,115200 quiet panic=-1 reboot=triple clearcpuid=xsavec,xsaves clocksource=jiffies nolapic_timer cryptomgr.notests=1 mitigations=off
END
xorriso -as mkisofs -quiet -o boot.iso -b isolinux.bin -no-emul-boot -boot-load-size 4 -boot-info-table disc 2>xorriso.txt ||
  fail "$(cat xorriso.txt)"

# The machine. With these ips (instructions per second) its clock runs about as fast as the real one.
cat >bochsrc <<END
cpu: model=corei7_skylake_x, ips=100000000, reset_on_triple_fault=0
memory: guest=1024, host=1024
romimage: file=$bios
vgaromimage: file=$vga_bios
display_library: term
sound: driver=dummy
ata0-master: type=cdrom, path=boot.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=console.txt
com2: enabled=1, mode=file, dev=output.txt
panic: action=fatal
error: action=ignore
info: action=ignore
log: bochs.txt
END
echo c >commands # Debian's Bochs has a debugger, which waits for "continue"

# Bochs wants a terminal, and one not smaller than its screen.
limit=${BOCHS_TIME_LIMIT:-600}
touch console.txt output.txt
TERM=xterm timeout "$limit" \
  script -qc 'stty rows 50 cols 132; exec bochs -f bochsrc -rc commands' screen.txt >/dev/null 2>&1 </dev/null &
machine=$!
trap 'kill "$machine"; exit 130' INT TERM
end=0
wait "$machine" || end=$?

cat output.txt
status=$(sed -n 's/^exit status \([0-9]*\).*/\1/p' console.txt)
test -z "$status" || exit "$status"
test $end -ne 124 || fail "node did not end within $limit seconds"
fail "the machine ended without a status: $(grep -aihs panic console.txt bochs.txt screen.txt | head -n 1 | tr -d '\r')"
