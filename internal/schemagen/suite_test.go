package schemagen
import ("testing";"math/rand/v2";"os";"path/filepath";"encoding/json";"fmt"
 "github.com/google/jsonschema-go/jsonschema")
func TestSuite(t *testing.T){
 base:="/root/go/pkg/mod/github.com/google/jsonschema-go@v0.4.3/jsonschema/testdata/"
 for _,d:=range []string{"draft2020-12","draft7"} {
 files,_:=filepath.Glob(base+d+"/*.json")
 for _,f:=range files { data,_:=os.ReadFile(f)
  var groups []struct{Description string; Schema json.RawMessage; Tests []struct{Description string; Data json.RawMessage; Valid bool}}
  if err:=json.Unmarshal(data,&groups);err!=nil{t.Fatal(err)}
  for _,g:=range groups {
   id:=d+"/"+filepath.Base(f)+": "+g.Description
   sch:=g.Schema
   if d=="draft7" { var m map[string]json.RawMessage; if json.Unmarshal(sch,&m)==nil && m!=nil && m["$schema"]==nil { m["$schema"]=json.RawMessage(`"http://json-schema.org/draft-07/schema#"`); sch,_=json.Marshal(m)}}
   doc,err:=decode(sch); if err!=nil{fmt.Println("DECODE",id,err);continue}
   c,err:=compile(doc); if err!=nil{fmt.Println("COMPILE",id,err);continue}
   if err:=studyRecursion(c);err!=nil{fmt.Println("STUDY",id,err);continue}
   for _,tt:=range g.Tests { v,err:=decode(tt.Data); if err!=nil{fmt.Println("DATA",id,tt.Description,err);continue}
     b:=&budget{left:1000000}
     for _,r:=range []reading{{true,b},{false,b}} {
      if r.accepts(c.root,v)!=tt.Valid { fmt.Println("MISMATCH",id,"|",tt.Description,r.exact,tt.Valid,string(tt.Data)) }
     }
   }
   out,err:=Generate(sch,rand.New(rand.NewPCG(1,2)))
   if err!=nil { some:=false; for _,tt:=range g.Tests{ some=some||tt.Valid }; if some {fmt.Println("GEN",id,err,string(sch))}; continue }
   var s jsonschema.Schema
   if err:=json.Unmarshal(sch,&s);err!=nil{fmt.Println("GOOGLE",id,err);continue}
   rs,err:=s.Resolve(nil); if err!=nil{fmt.Println("GOOGLER",id,err);continue}
   var v any; json.Unmarshal(out,&v)
   if err:=rs.Validate(v);err!=nil{fmt.Println("INVALID",id,string(out),err,string(sch))}
  }}}
}
