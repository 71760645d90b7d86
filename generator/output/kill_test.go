//go:build unix

package output

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// In a child process the test binary publishes one version after the other
// until it is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("OUTPUT_TEST_DIR"); dir != "" {
		endless(dir, os.Getenv("OUTPUT_TEST_RENAMES") != "")
	}
	os.Exit(m.Run())
}

func endless(dir string, renames bool) {
	for version := 0; ; version++ {
		if err := publishVersion(dir, version, renames); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(version)
	}
}

// publishVersion publishes a version of some 30 files, all of which name it.
func publishVersion(dir string, version int, renames bool) error {
	d, err := Create(dir, "")
	if err != nil {
		return err
	}
	for i := range 30 {
		if err := d.Write(fmt.Sprintf("%d/page-%d-%d", i%4, i, version), []byte(strconv.Itoa(version))); err != nil {
			return err
		}
	}
	data, err := json.Marshal(map[string]any{"generator": "acervo", "files": d.Files(), "version": version})
	if err != nil {
		return err
	}
	if err := d.Write(Record, data); err != nil {
		return err
	}
	if !renames {
		return d.Publish()
	}
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		return d.Publish()
	}
	return errors.Join(d.renameBoth(filepath.Join(d.work, newName)), d.Discard())
}

func TestKilledAtAnyMoment(t *testing.T) {
	t.Run("exchange", func(t *testing.T) { killOften(t, false) })
	t.Run("two renames", func(t *testing.T) { killOften(t, true) })
}

func killOften(t *testing.T, renames bool) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "public")
	if err := publishVersion(dir, -1, false); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	leftovers, versions := 0, map[int]bool{}
	for round := range 40 {
		killSoon(t, dir, renames, r.IntN(3), time.Duration(r.IntN(30_000))*time.Microsecond)
		if entries, _ := os.ReadDir(parent); len(entries) > 1 {
			leftovers++
		}
		if !renames {
			whole(t, round, dir)
		}
		d, err := Create(dir, "")
		if err != nil {
			t.Fatalf("round %d: the next build: %v", round, err)
		}
		versions[whole(t, round, dir)] = true
		if err := d.Discard(); err != nil {
			t.Fatal(err)
		}
		if entries, _ := os.ReadDir(parent); len(entries) != 1 {
			t.Fatalf("round %d: left %v", round, entries)
		}
	}
	if leftovers == 0 || len(versions) < 2 {
		t.Errorf("%d kills left something, %d versions were seen: the kills came too early or too late", leftovers, len(versions))
	}
}

// killSoon starts a child and kills it some time after it has published the
// version of that number, however long that takes.
func killSoon(t *testing.T, dir string, renames bool, version int, after time.Duration) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^$")
	child.Env = append(os.Environ(), "OUTPUT_TEST_DIR="+dir)
	if renames {
		child.Env = append(child.Env, "OUTPUT_TEST_RENAMES=1")
	}
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for i := range version + 1 {
		if !lines.Scan() || lines.Text() != strconv.Itoa(i) {
			t.Errorf("the child says %q, %v", lines.Text(), lines.Err())
			break
		}
	}
	time.Sleep(after)
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
}

// whole checks that a published folder is one version, complete and without
// anything else, and returns it.
func whole(t *testing.T, round int, dir string) int {
	t.Helper()
	files := disk(t, dir)
	var record struct {
		Version int
		Files   []File
	}
	if err := json.Unmarshal([]byte(files[Record]), &record); err != nil {
		t.Fatalf("round %d: %v in %q", round, err, files)
	}
	if len(files) != len(record.Files)+1 || len(record.Files) != 30 {
		t.Errorf("round %d: %d files, the record names %d", round, len(files), len(record.Files))
	}
	for _, f := range record.Files {
		sum := sha256.Sum256([]byte(files[f.Name]))
		if _, ok := files[f.Name]; !ok || hex.EncodeToString(sum[:]) != f.SHA256 {
			t.Errorf("round %d: %s differs", round, f.Name)
		}
	}
	return record.Version
}

// A build in another process holds the lock, and loses it when it is killed.
func TestBuildInAnotherProcess(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	if err := publishVersion(dir, -1, false); err != nil {
		t.Fatal(err)
	}
	d := create(t, dir, "")
	child := exec.Command(os.Args[0], "-test.run=^$")
	child.Env = append(os.Environ(), "OUTPUT_TEST_DIR="+dir)
	out, err := child.Output()
	if err == nil || !strings.Contains(string(out), "refused: another build") {
		t.Errorf("the child says %q, %v", out, err)
	}
	if err := d.Discard(); err != nil {
		t.Fatal(err)
	}
	killSoon(t, dir, false, 0, 0)
	whole(t, 0, dir)
}

func TestCreateRefusesMountPoints(t *testing.T) {
	for _, dir := range []string{"/", "/proc", "/dev/shm"} {
		if _, err := os.Stat(dir); err != nil {
			continue
		}
		if mounted, err := isMountPoint(dir); !mounted || err != nil {
			t.Logf("%s is not mounted here (%v)", dir, err)
			continue
		}
		_, err := Create(dir, "")
		if !errors.Is(err, ErrRefused) || !strings.Contains(fmt.Sprint(err), "mount point") {
			t.Errorf("Create(%q): %v", dir, err)
		}
	}
}

func TestUmask(t *testing.T) {
	old := unix.Umask(0o022)
	defer unix.Umask(old)
	dir := filepath.Join(t.TempDir(), "public")
	publish(t, dir, map[string]string{"a/b": "x"})
	for name, want := range map[string]string{".": "drwxr-xr-x", "a": "drwxr-xr-x", "a/b": "-rw-r--r--"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().String() != want {
			t.Errorf("%s: got %v, %v, want %s", name, info.Mode(), err, want)
		}
	}
}
