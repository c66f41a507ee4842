package schemagen
import ("testing";"math/rand/v2";"os";"strings";"fmt";"time")
func TestTry(t *testing.T){
 data,_:=os.ReadFile("/tmp/sg/schemas.txt")
 for _,s:=range strings.Split(string(data),"\n"){ if strings.TrimSpace(s)==""{continue}
  st:=time.Now()
  for i:=range 3 { out,err:=Generate([]byte(s),rand.New(rand.NewPCG(uint64(i),2))); o:=string(out); if len(o)>600{o=o[:600]+fmt.Sprint("...",len(o))}; fmt.Println("  ",o,err) }
  fmt.Println(s, time.Since(st))
 }
}
