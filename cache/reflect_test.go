package cache_test

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// variants calls f with copies of a value, each changed in one place: a scalar to another, a pointer to nil or to zero, a
// list or a map by an element.
func variants(v reflect.Value, path string, f func(path string, v reflect.Value)) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			variants(v.Field(i), join(path, v.Type().Field(i).Name), func(path string, field reflect.Value) {
				whole := reflect.New(v.Type()).Elem()
				whole.Set(v)
				whole.Field(i).Set(field)
				f(path, whole)
			})
		}
	case reflect.Pointer:
		f(path+"=nil", reflect.Zero(v.Type()))
		f(path+"=0", reflect.New(v.Type().Elem()))
		variants(v.Elem(), path, func(path string, inner reflect.Value) {
			pointer := reflect.New(v.Type().Elem())
			pointer.Elem().Set(inner)
			f(path, pointer)
		})
	case reflect.Interface:
		variants(v.Elem(), path, f)
	case reflect.Slice:
		listVariants(v, path, f)
	case reflect.Map:
		mapVariants(v, path, f)
	default:
		f(path, other(v))
	}
}

func listVariants(v reflect.Value, path string, f func(path string, v reflect.Value)) {
	if v.Len() == 0 {
		return
	}
	f(path+" shorter", v.Slice(0, v.Len()-1))
	f(path+" longer", reflect.AppendSlice(v.Slice3(0, v.Len(), v.Len()), v.Slice(0, 1)))
	for i := range v.Len() {
		variants(v.Index(i), fmt.Sprintf("%s[%d]", path, i), func(path string, element reflect.Value) {
			list := reflect.AppendSlice(reflect.Zero(v.Type()), v)
			list.Index(i).Set(element)
			f(path, list)
		})
	}
}

func mapVariants(v reflect.Value, path string, f func(path string, v reflect.Value)) {
	f(path+"=nil", reflect.Zero(v.Type()))
	for key, value := range v.Seq2() {
		renamed := reflect.MakeMap(v.Type())
		renamed.SetMapIndex(other(key), value)
		f(path+" renamed", renamed)
		variants(value, join(path, key.String()), func(path string, value reflect.Value) {
			m := reflect.MakeMap(v.Type())
			m.SetMapIndex(key, value)
			f(path, m)
		})
	}
}

func join(path, name string) string { return strings.TrimPrefix(path+"."+name, ".") }

// other is another value of the same type.
func other(v reflect.Value) reflect.Value {
	o := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.String:
		o.SetString(v.String() + "x")
	case reflect.Bool:
		o.SetBool(!v.Bool())
	case reflect.Int, reflect.Int64:
		o.SetInt(v.Int() + 1)
	case reflect.Float64:
		o.SetFloat(v.Float() + 1)
	case reflect.Uint8:
		o.SetUint(v.Uint() + 1)
	default:
		panic("other doesn't know " + v.Type().String())
	}
	return o
}

// sharedMemory lists the places where two values of one type point to the same memory that can be written to.
func sharedMemory(a, b reflect.Value, path string) (places []string) {
	switch a.Kind() {
	case reflect.Struct:
		for i := range a.NumField() {
			if a.Type() != reflect.TypeFor[time.Time]() {
				places = append(places, sharedMemory(a.Field(i), b.Field(i), join(path, a.Type().Field(i).Name))...)
			}
		}
	case reflect.Pointer, reflect.Interface:
		if a.Kind() == reflect.Pointer && !a.IsNil() && a.Pointer() == b.Pointer() {
			places = append(places, path)
		} else if !a.IsNil() {
			places = append(places, sharedMemory(a.Elem(), b.Elem(), path)...)
		}
	case reflect.Slice, reflect.Map:
		if a.Len() > 0 && a.Pointer() == b.Pointer() {
			return []string{path}
		}
		if a.Kind() == reflect.Map {
			for key, value := range a.Seq2() {
				places = append(places, sharedMemory(value, b.MapIndex(key), join(path, key.String()))...)
			}
			return places
		}
		for i := range min(a.Len(), b.Len()) {
			places = append(places, sharedMemory(a.Index(i), b.Index(i), fmt.Sprintf("%s[%d]", path, i))...)
		}
	}
	return places
}
