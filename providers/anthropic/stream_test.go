package anthropic_test
var textStream = ""
