// SPDX-License-Identifier: Apache-2.0
// Reads tars from standard input (each behind its length, 4 bytes, little-endian) and says what Go takes them for.
package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

const most = 1<<53 - 1

func within(v, lo, hi int64) int64 {
	if v < lo || v > hi {
		return 0
	}
	return v
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	defer out.Flush()
	for n := 0; ; n++ {
		var size uint32
		if binary.Read(in, binary.LittleEndian, &size) != nil {
			return
		}
		data := make([]byte, size)
		io.ReadFull(in, data)
		fmt.Fprintf(out, "case %d\n", n)
		r := tar.NewReader(bytes.NewReader(data))
		end := "ok"
		for {
			h, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				end = "error"
				break
			}
			if h.Typeflag == 'g' {
				continue
			}
			sz := h.Size
			if h.Typeflag >= '1' && h.Typeflag <= '6' {
				sz = 0
			}
			var maj, min int64
			if h.Typeflag == '3' || h.Typeflag == '4' {
				maj, min = within(h.Devmajor, 0, 1<<32-1), within(h.Devminor, 0, 1<<32-1)
			}
			sec, ns := h.ModTime.Unix(), h.ModTime.Nanosecond()
			if sec != within(sec, -most, most) {
				sec, ns = 0, 0
			}
			told := sz
			if told > 1<<26 {
				told = 1 << 26
			}
			fmt.Fprintf(out, "%02x %x -> %x %d %o %d:%d %d.%09d %x:%x %d,%d ", h.Typeflag, h.Name, h.Linkname, told,
				within(h.Mode, 0, 1<<32-1), within(int64(h.Uid), -most, most), within(int64(h.Gid), -most, most),
				sec, ns, h.Uname, h.Gname, maj, min)
			if sz > 1<<26 {
				fmt.Fprintf(out, "large\n")
				end = "stop"
				break
			}
			f := fnv.New64a()
			k, err := io.Copy(f, r)
			if err != nil {
				fmt.Fprintf(out, "bad\n")
				end = "error"
				break
			}
			fmt.Fprintf(out, "%d %016x\n", k, f.Sum64())
		}
		fmt.Fprintf(out, "%s\n", end)
	}
}
