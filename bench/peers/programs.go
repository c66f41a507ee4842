package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// programs are the commands that make measurements, by the folder of the module that each is in; this one's is "". Where one
// could not be built, faults says why.
type programs struct {
	paths  map[string]string
	faults map[string]error
}

// build makes the commands of all peers, in a folder for them. This one is there already.
func build(into string) (programs, error) {
	self, err := os.Executable()
	built := programs{map[string]string{"": self}, map[string]error{}}
	for i := range peers {
		folder := peers[i].folder
		if folder == "" {
			continue
		}
		path := filepath.Join(into, folder)
		said, err := exec.Command("go", "build", "-C", folder, "-o", path, ".").CombinedOutput()
		if err != nil {
			built.faults[folder] = fmt.Errorf("building its program: %w: %s", err, strings.TrimSpace(string(said)))
		}
		built.paths[folder] = path
	}
	return built, err
}

// of is the command that has a peer.
func (b programs) of(p *peer) (string, error) { return b.paths[p.folder], b.faults[p.folder] }
