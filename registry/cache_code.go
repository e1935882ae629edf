package registry

import (
	"encoding/binary"
	"hash/maphash"
)

// A coder writes identities or reads them. One description serves both, so
// that the one cannot forget what the other does. Texts stand in a table, most
// of them once; what is read shares the table's memory.
type coder struct {
	writing bool
	buf     []byte // what was written, or what is left to read
	bad     bool   // what was read is cut off, or refers to nothing

	table []string
	known *[seenTexts]int // numbers in the table of texts that were written lately

	room []string // for lists that are read
}

func (c *coder) number(n uint64) uint64 {
	if c.writing {
		c.buf = binary.AppendUvarint(c.buf, n)
		return n
	}
	if len(c.buf) > 0 && c.buf[0] < 0x80 { // nearly always
		n = uint64(c.buf[0])
		c.buf = c.buf[1:]
		return n
	}
	n, size := binary.Uvarint(c.buf)
	if size <= 0 {
		c.bad, c.buf = true, nil
		return 0
	}
	c.buf = c.buf[size:]
	return n
}

// length is a number of things that follow, each of a byte or more.
func (c *coder) length(n int) int {
	m := c.number(uint64(n))
	if !c.writing && m > uint64(len(c.buf)) {
		c.bad = true
		return 0
	}
	return int(m)
}

func word[T ~string](c *coder, v *T) {
	if c.writing {
		c.number(uint64(c.place(string(*v))))
		return
	}
	n := c.number(0)
	if n >= uint64(len(c.table)) {
		c.bad = true
		return
	}
	*v = T(c.table[n])
}

var wordSeed = maphash.MakeSeed()

// place is where a text stands in the table. The empty one stands first.
func (c *coder) place(text string) int {
	if text == "" {
		return 0
	}
	slot := &c.known[maphash.String(wordSeed, text)%seenTexts]
	if *slot >= len(c.table) || c.table[*slot] != text {
		*slot = len(c.table)
		c.table = append(c.table, text)
	}
	return *slot
}

// begin makes the coder ready to write another chunk, in the room of the last.
func (c *coder) begin() {
	if c.known == nil {
		c.writing, c.known = true, new([seenTexts]int)
	}
	c.buf, c.table = c.buf[:0], append(c.table[:0], "")
}

func (c *coder) truth(v *bool) {
	n := uint64(0)
	if *v {
		n = 1
	}
	*v = c.number(n) == 1
}

// texts is a list that may be nil or empty, which is not the same.
func (c *coder) texts(v *[]string) {
	n := 0
	if *v != nil {
		n = 1 + len(*v)
	}
	if n = c.length(n); n == 0 {
		return
	}
	if !c.writing && n == 1 {
		*v = []string{}
	} else if !c.writing {
		c.room = roomFor(c.room, n-1)
		from := len(c.room)
		c.room = c.room[:from+n-1]
		*v = c.room[from:len(c.room):len(c.room)]
	}
	for i := range *v {
		word(c, &(*v)[i])
	}
}

func (c *coder) named(v *map[string]string) {
	n := c.length(len(*v))
	if c.writing {
		for name, value := range *v {
			word(c, &name)
			word(c, &value)
		}
		return
	}
	if n == 0 {
		return
	}
	*v = make(map[string]string, min(n, 64))
	for range n {
		var name, value string
		word(c, &name)
		word(c, &value)
		(*v)[name] = value
	}
}

// optional is something that may not be there.
func optional[T any](c *coder, v **T, each func(*T)) {
	there := *v != nil
	if c.truth(&there); !there {
		return
	}
	if !c.writing {
		*v = new(T)
	}
	each(*v)
}

// identity is all of an identity but its id, which its place tells, and the
// place itself.
func (c *coder) identity(id *Identity) {
	word(c, &id.Kind)
	word(c, &id.Owner)
	word(c, &id.Backup)
	word(c, &id.Purpose)
	word(c, &id.Tier)
	word(c, &id.State)
	optional(c, &id.Proposed, func(p *Proposal) { word(c, &p.On); word(c, &p.By) })
	optional(c, &id.Retired, func(r *Retirement) { word(c, &r.On); word(c, &r.Reason); word(c, &r.By) })
	word(c, &id.Expires)
	optional(c, &id.Recertified, func(r *Recertification) { word(c, &r.On); word(c, &r.By) })
	c.texts(&id.BlastRadius.Systems)
	c.texts(&id.BlastRadius.Access)
	word(c, &id.BlastRadius.Data)
	word(c, &id.BlastRadius.Note)
	word(c, &id.Live.ID)
	word(c, &id.Live.Name)
	word(c, &id.Environment)
	word(c, &id.Department)
	word(c, &id.Access)
	word(c, &id.Approval)
	c.truth(&id.Vendor)
	optional(c, &id.Compensating, func(v *Compensating) {
		word(c, &v.Network)
		word(c, &v.Monitoring)
		c.truth(&v.SeparateTenants)
	})
	c.named(&id.Labels)
	c.texts(&id.Links)
	c.byKind(id)
}

// byKind is what only some kinds of identity have.
func (c *coder) byKind(id *Identity) {
	word(c, &id.App)
	word(c, &id.Account)
	word(c, &id.Auth)
	c.texts(&id.Scopes)
	word(c, &id.Endpoint.Host)
	optional(c, &id.Credential, func(v *Credential) { word(c, &v.Store); word(c, &v.Path); word(c, &v.Rotated) })
	word(c, &id.IssuedTo)
	id.Lifetime = Duration(c.number(uint64(id.Lifetime)))
	optional(c, &id.Trigger, func(t *Trigger) { word(c, &t.Type); word(c, &t.Cron) })
	c.texts(&id.Uses)
	c.steps(&id.Steps)
	word(c, &id.Path)
	word(c, &id.Workflow)
	c.texts(&id.AllowFrom)
	word(c, &id.Channel)
	word(c, &id.Policy)
	word(c, &id.Login)
	word(c, &id.Role)
}

func (c *coder) steps(v *[]Step) {
	n := c.length(len(*v))
	if !c.writing && n > 0 {
		*v = make([]Step, n)
	}
	for i := range *v {
		word(c, &(*v)[i].App)
		word(c, &(*v)[i].Operation)
		word(c, &(*v)[i].Effect)
	}
}
