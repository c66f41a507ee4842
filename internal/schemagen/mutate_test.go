package schemagen
import ("testing";"math/rand/v2";"os";"path/filepath";"encoding/json";"fmt";"time";"strings";"sort")
func subtrees(v any, out *[]any){ *out=append(*out,v); switch v:=v.(type){case []any: for _,i:=range v{subtrees(i,out)}; case map[string]any: ks:=make([]string,0); for k:=range v{ks=append(ks,k)}; sort.Strings(ks); for _,k:=range ks{subtrees(v[k],out)}}}
func mutate(r *rand.Rand, v any, pool []map[string]any, vals map[string][]any, p float64) any {
 switch x:=v.(type){
 case []any: o:=make([]any,0); for _,i:=range x { if r.Float64()<p/4 {continue}; o=append(o,mutate(r,i,pool,vals,p)); if r.Float64()<p/8 {o=append(o,i)} }; return o
 case map[string]any:
  o:=map[string]any{}
  if r.Float64()<p/3 { x=pool[r.IntN(len(pool))] }
  ks:=make([]string,0); for k:=range x{ks=append(ks,k)}; sort.Strings(ks)
  for _,k:=range ks { i:=x[k]; if r.Float64()<p/3 {continue}
    if vs:=vals[k]; len(vs)>0 && r.Float64()<p/2 { i=vs[r.IntN(len(vs))] }
    o[k]=mutate(r,i,pool,vals,p) }
  if r.Float64()<p { src:=pool[r.IntN(len(pool))]; ks:=make([]string,0); for k:=range src{ks=append(ks,k)}; sort.Strings(ks); if len(ks)>0 {k:=ks[r.IntN(len(ks))]; if _,ok:=o[k];!ok {o[k]=src[k]}} }
  return o
 }
 return v
}
func TestMutate(t *testing.T){
 base:="/root/go/pkg/mod/github.com/google/jsonschema-go@v0.4.3/jsonschema/testdata/"
 var pool []map[string]any; vals:=map[string][]any{}
 files,_:=filepath.Glob(base+"draft2020-12/*.json")
 sort.Strings(files)
 for _,f:=range files { data,_:=os.ReadFile(f)
  var groups []struct{Schema any}; json.Unmarshal(data,&groups)
  for _,g:=range groups { var st []any; subtrees(g.Schema,&st); for _,s:=range st { if m,ok:=s.(map[string]any);ok{ delete(m,"$schema"); delete(m,"$id"); delete(m,"$dynamicRef"); delete(m,"$comment"); pool=append(pool,m); for k,v:=range m { vals[k]=append(vals[k],v)} } } } }
 ex,_:=os.ReadFile("/tmp/sg/schemas.txt")
 for _,l:=range strings.Split(string(ex),"\n"){ var v any; if json.Unmarshal([]byte(l),&v)==nil { var st []any; subtrees(v,&st); for range 10 { for _,s:=range st { if m,ok:=s.(map[string]any);ok{ pool=append(pool,m)}}}}}
 seed:=uint64(time.Now().UnixNano()); fmt.Println("seed",seed,len(pool))
 r:=rand.New(rand.NewPCG(seed,7)); end:=time.Now().Add(40*time.Second); n,ok,judged,unsat:=0,0,0,0; errs:=map[string]int{}; var worst time.Duration
 for time.Now().Before(end) { n++
  s:=mutate(r,pool[r.IntN(len(pool))],pool,vals,0.1+0.4*r.Float64())
  b,_:=json.Marshal(s)
  st:=time.Now(); out,err:=Generate(b,rand.New(rand.NewPCG(uint64(n),1))); d:=time.Since(st)
  if d>worst {worst=d; if d>500*time.Millisecond {fmt.Println("SLOW",d,string(b),err)}}
  if err!=nil { unsat++; e:=err.Error(); if i:=strings.LastIndex(e,": ");i>0 {e=e[i:]}; errs[e]++; if os.Getenv("SHOW")!="" && strings.Contains(err.Error(),os.Getenv("SHOW")) {fmt.Println(err,string(b))}; continue}
  ok++
  if !judgeable(b) {continue}
  j,err:=oracle(b); if err!=nil {continue}
  judged++
  var v any; json.Unmarshal(out,&v)
  if err:=j.Validate(v);err!=nil { fmt.Println("INVALID",string(b),string(out),err); if os.Getenv("KEEP")=="" {t.Fail(); return} }
 }
 fmt.Println(n,ok,judged,unsat,worst)
 type kv struct{k string;v int}; var l []kv; for k,v:=range errs{l=append(l,kv{k,v})}; sort.Slice(l,func(i,j int)bool{return l[i].v>l[j].v}); for i,e:=range l { if i>30{break}; fmt.Println(e.v,e.k)}
}
