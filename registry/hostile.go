package registry

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"
)

// hiddenFile says why plain CUE tools would pass a file over in silence, or
// "". What they do not see nobody reviews.
func hiddenFile(name string) string {
	ext := path.Ext(name)
	lower := strings.ToLower(ext)
	if format("x"+lower) == "" {
		return ""
	}
	base := strings.TrimSuffix(name, ext)
	switch {
	case ext != lower:
		return fmt.Sprintf("its extension is not in small letters; name it %q", base+lower)
	case strings.HasPrefix(name, "_"), strings.HasPrefix(name, "."):
		return fmt.Sprintf("its name begins with %q; name it %q", name[:1], strings.TrimLeft(name, "_."))
	case ext == ".cue" && (strings.HasSuffix(base, "_tool") || strings.HasSuffix(base, "_test")):
		return fmt.Sprintf("its name ends in %q; name it otherwise", base[strings.LastIndex(base, "_"):]+ext)
	}
	return ""
}

// hiddenFolder is the same for a folder.
func hiddenFolder(name string) string {
	switch {
	case name == "cue.mod":
		return "it begins another CUE module; remove it"
	case name == "testdata":
		return "plain CUE tools skip folders of this name; name it otherwise"
	case strings.HasPrefix(name, "_"), strings.HasPrefix(name, "."):
		return fmt.Sprintf("plain CUE tools skip folders that begin with %q; name it otherwise", name[:1])
	}
	return ""
}

// irregular says what a thing is that is neither a file nor a folder, or "".
func irregular(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	case mode.IsRegular(), mode.IsDir():
		return ""
	}
	return "no regular file"
}

var lfsPointer = []byte("version https://git-lfs.github.com/spec/")

// strangeText complains of what makes a text read otherwise than it is.
func (r *reader) strangeText() {
	if bytes.HasPrefix(r.text, lfsPointer) {
		r.complain(ruleHostile, 0, "the file is a Git LFS pointer, and its content is not in the commit; store the file itself")
		r.text = nil
	}
	for offset := 0; offset < len(r.text); {
		if r.text[offset] < utf8.RuneSelf {
			offset++
			continue
		}
		c, size := utf8.DecodeRune(r.text[offset:])
		if invisible(c) && !(c == 0xFEFF && offset == 0) {
			r.complain(ruleHostile, offset, "the invisible character %U makes this read otherwise than it is; remove it", c)
			return // one is enough to look at the file
		}
		offset += size
	}
}

// invisible tells the characters that reorder or hide text.
func invisible(c rune) bool {
	switch {
	case c >= 0x202A && c <= 0x202E, c >= 0x2066 && c <= 0x2069: // reorder
		return true
	case c == 0x061C, c == 0x200E, c == 0x200F: // direction marks
		return true
	case c == 0x200B, c == 0x2060, c == 0xFEFF, c == 0x00AD, c == 0x180E, c == 0x3164: // nothing to see
		return true
	case c >= 0xE0000 && c <= 0xE007F: // tags
		return true
	}
	return false
}

// strangeValues complains of the same in texts once their escapes are read,
// and of letters in names that can be taken for others. What is complained of
// is taken out.
func (r *reader) strangeValues(n *node, s *shape) {
	switch n.kind {
	case textNode:
		if message := strange(n.text, s); message != "" {
			r.complain(ruleHostile, n.start, "%s %q %s", joinPath(inEntry(r.at)), clip(n.text), message)
			n.kind, n.text = badNode, ""
		}
	case listNode:
		for i, item := range n.items {
			r.at = append(r.at, fmt.Sprint(i))
			r.strangeValues(item, s.at([]string{"0"}))
			r.at = r.at[:len(r.at)-1]
		}
	case structNode:
		kept := n.fields[:0]
		for _, f := range n.fields {
			if message := strange(f.name, nameShape); message != "" {
				n.lacking = true
				r.complain(ruleHostile, f.start, "name %q %s", clip(f.name), message)
				continue
			}
			kept = append(kept, f)
			r.at = append(r.at, f.name)
			r.strangeValues(f.value, s.at([]string{f.name}))
			r.at = r.at[:len(r.at)-1]
		}
		n.fields = kept
	}
}

var nameShape = &shape{def: "#Name"}

// strange says what is wrong with a text, or "".
func strange(text string, s *shape) string {
	named := s != nil && (s.def == "#Name" || s.def == "#ID" || s.def == "#Owner" || s.def == "#PersonRef")
	for _, c := range text {
		if c < utf8.RuneSelf {
			continue
		}
		if invisible(c) {
			return fmt.Sprintf("holds the invisible character %U; remove it", c)
		}
		if named {
			return fmt.Sprintf("holds the letter %U, which can be taken for another; write a to z", c)
		}
	}
	return ""
}

// mayBeStrange tells whether a text needs a look beyond ASCII: most do not.
func mayBeStrange(text []byte) bool {
	for i, c := range text {
		if c >= utf8.RuneSelf || c == '\\' && i+1 < len(text) && (text[i+1]|0x20) == 'u' {
			return true
		}
	}
	return false
}
