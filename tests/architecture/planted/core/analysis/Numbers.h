// breaks: pragma
