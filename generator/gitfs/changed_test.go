package gitfs

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestChanged(t *testing.T) {
	for name, edit := range map[string]func(s *source){
		"":                 func(s *source) {},
		"touched":          func(s *source) { touch(s, "content/a") },
		"executable":       func(s *source) { s.check(os.Chmod(filepath.Join(s.dir, "content/a"), 0o755)) },
		"ignored":          func(s *source) { s.write("content/x.tmp", "") },
		"ignored below":    func(s *source) { s.write("content/sub/draft/x", "") },
		"ignored folder":   func(s *source) { s.write("content/node_modules/a/b.js", "") },
		"excluded":         func(s *source) { s.write("content/mine", "") },
		"personal":         func(s *source) { s.write("content/a~", "") },
		"elsewhere":        func(s *source) { s.write("other", "2") },
		"untracked beside": func(s *source) { s.write("contents/new", "") },
		"empty folder":     func(s *source) { s.check(os.MkdirAll(filepath.Join(s.dir, "content/new"), 0o777)) },
		"windows lines":    func(s *source) { s.write("content/a", "1\r\n") },

		"+edited":               func(s *source) { s.write("content/a", "2\n") },
		"+same size and time":   func(s *source) { sameStat(s, "content/a", "2\n") },
		"+removed":              func(s *source) { s.check(os.Remove(filepath.Join(s.dir, "content/a"))) },
		"+untracked":            func(s *source) { s.write("content/new", "") },
		"+untracked below":      func(s *source) { s.write("content/sub/deep/er/new", "") },
		"+kept from ignoring":   func(s *source) { s.write("content/keep.tmp", "") },
		"+ignored by name only": func(s *source) { s.write("content/draft/x", "") },
		"+staged":               func(s *source) { s.write("content/new", ""); s.git("add", "content/new") },
		"+staged removal":       func(s *source) { s.git("rm", "-q", "--cached", "content/a"); s.write(".git/info/exclude", "a\n") },
		"+staged, then undone": func(s *source) {
			s.write("content/a", "2\n")
			s.git("add", "content/a")
			s.write("content/a", "1\n")
		},
		"+folder instead": func(s *source) {
			s.check(os.Remove(filepath.Join(s.dir, "content/a")))
			s.write("content/a/b.tmp", "")
		},
		"+link instead": func(s *source) {
			s.check(os.Remove(filepath.Join(s.dir, "content/a")))
			s.symlink("b", "content/a")
		},
		"+other folder that counts": func(s *source) { s.write("layouts/new", "") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSource(t)
			home := os.Getenv("HOME")
			s.check(os.WriteFile(filepath.Join(home, ".gitconfig"), []byte("[core]\n\texcludesfile = "+home+"/ignore\n"), 0o666))
			s.check(os.WriteFile(filepath.Join(home, "ignore"), []byte("*~\n"), 0o666))
			s.write(".gitignore", "*.tmp\n!keep.tmp\nnode_modules/\r\n# a comment\n\n")
			s.write("content/sub/.gitignore", "/draft/\n")
			s.write("content/a", "1\n")
			s.write("content/b", "1\n")
			s.write("other", "1")
			s.commit()
			s.write(".git/info/exclude", "mine\n")
			edit(s)
			got, err := s.open().Changed("content", "layouts")
			if want := name != "" && name[0] == '+'; got != want || err != nil {
				t.Errorf("got %v, %v, want %v\n%s", got, err, want, s.git("status", "--short"))
			}
		})
	}
}

func (s *source) check(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func touch(s *source, name string) {
	later := time.Now().Add(time.Hour)
	s.check(os.Chtimes(filepath.Join(s.dir, name), later, later))
}

// sameStat edits a file, with as many bytes, in the instant in which the index
// was written.
func sameStat(s *source, name, data string) {
	file := filepath.Join(s.dir, name)
	info, err := os.Stat(file)
	s.check(err)
	s.write(name, data)
	s.check(os.Chtimes(file, info.ModTime(), info.ModTime()))
	s.check(os.Chtimes(filepath.Join(s.dir, ".git/index"), info.ModTime(), info.ModTime()))
}

func TestChangedEverywhere(t *testing.T) {
	s := newSource(t)
	s.put("content/a", "1")
	r := s.open()
	s.write("other", "1")
	for _, dirs := range [][]string{nil, {"."}} {
		if changed, err := r.Changed(dirs...); !changed || err != nil {
			t.Errorf("Changed(%q) = %v, %v", dirs, changed, err)
		}
	}
	if changed, err := s.bare().open().Changed(); changed || err != nil {
		t.Errorf("bare: %v, %v", changed, err)
	}
}

func TestChangedBeforeFirstCommit(t *testing.T) {
	s := newSource(t)
	if changed, err := s.open().Changed("content"); changed || err != nil {
		t.Errorf("empty: %v, %v", changed, err)
	}
	s.write("content/a", "1")
	if changed, err := s.open().Changed("content"); !changed || err != nil {
		t.Errorf("untracked: %v, %v", changed, err)
	}
}

func TestChangedInMergeConflict(t *testing.T) {
	s := newSource(t)
	s.put("content/a", "1")
	s.git("checkout", "-q", "-b", "side")
	blob := s.git("rev-parse", "HEAD:content/a")
	s.run("0 0000000000000000000000000000000000000000\tcontent/a\n"+
		"100644 "+blob+" 1\tcontent/a\n100644 "+blob+" 2\tcontent/a\n", "update-index", "--index-info")
	if changed, err := s.open().Changed("content"); !changed || err != nil {
		t.Errorf("got %v, %v", changed, err)
	}
}
