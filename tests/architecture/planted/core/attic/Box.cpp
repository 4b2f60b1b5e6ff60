// breaks: room
