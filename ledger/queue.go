package ledger

import "container/heap"

// queue holds those who wait for room in one cell, by ticket. A hold waits in one queue at a time: that of the first budget
// without room for it.
type queue []*Hold

// Len, Less, Swap, Push and Pop are for container/heap.
func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].ticket < q[j].ticket }

func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].place, q[j].place = i, j
}

func (q *queue) Push(h any) {
	h.(*Hold).place = len(*q)
	*q = append(*q, h.(*Hold))
}

func (q *queue) Pop() any {
	last := len(*q) - 1
	h := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return h
}

// ahead reports that somebody waits who came before h.
func (q queue) ahead(h *Hold) bool { return len(q) > 0 && q[0].ticket < h.ticket }

// join puts h into the queue.
func (c *cell) join(h *Hold) {
	h.waiting = c
	heap.Push(&c.queue, h)
	c.budget.waiting[c] = true
}

// leave takes h out of the queue.
func (c *cell) leave(h *Hold) {
	h.waiting = nil
	heap.Remove(&c.queue, h.place)
	if len(c.queue) == 0 {
		delete(c.budget.waiting, c)
	}
}
