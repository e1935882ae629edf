package n8n

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/rollcall-dev/rollcall/tenant"
)

// projects are who has what: the e-mail of the user whose own project it is, or
// the name of a team's, by n8n's id of the project.
type projects map[string]string

func (p projects) add(id, name string) {
	if id == "" || name == "" {
		return
	}
	if _, mail, ok := strings.Cut(name, "<"); ok && strings.HasSuffix(mail, ">") {
		name = strings.TrimSuffix(mail, ">")
	}
	p[id] = name
}

// own puts the owner's name in the place of the id of the project.
func (p projects) own(o tenant.Object) tenant.Object {
	if o.Kind != workflow && o.Kind != connector {
		return o
	}
	id := o.Owner
	if o.Owner = p[id]; o.Owner == "" {
		o.Unknown = append(slices.Clip(o.Unknown), tenant.FieldOwner)
	}
	if o.Draft != nil {
		o.Draft.Owner = o.Owner
	}
	return o
}

func (s *session) projects(ctx context.Context) (projects, error) {
	var answer struct {
		Data []struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"data"`
	}
	if err := s.get(ctx, "/rest/projects", nil, &answer); err != nil {
		return nil, err
	}
	all := projects{}
	for _, p := range answer.Data {
		all.add(p.ID, p.Name)
	}
	return all, nil
}

// nameProjects finds out the names of the projects that a key can be told of:
// credentials name theirs, and a workflow that is read alone does too. That
// costs a request a project, so it is done for a few.
func (d *Driver) nameProjects(ctx context.Context, r *reading) {
	if r.projects == nil {
		r.projects = projects{}
	}
	for _, c := range r.credentials {
		for _, s := range c.Shared {
			r.projects.add(s.project(), s.Name)
		}
		if c.Home != nil {
			r.projects.add(c.Home.ID, c.Home.Name)
		}
	}
	left := 20
	for _, s := range r.workflows {
		o := s[0]
		if _, ok := r.projects[o.Owner]; ok || o.Owner == "" || left == 0 || !r.rights.has("workflow:read") {
			continue
		}
		left--
		var one wireWorkflow
		if err := d.key.Get(ctx, "/api/v1/workflows/"+url.PathEscape(o.ID), nil, &one); err != nil {
			return // the owner stays unknown, and is said to be
		}
		r.projects.learn(one.Shared)
	}
}

func (p projects) learn(shares []share) {
	for _, s := range shares {
		if s.Project != nil {
			p.add(s.project(), s.Project.Name)
		}
	}
}
