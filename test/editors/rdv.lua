-- Talks to rdv from Neovim 0.7 or newer: by `rdv rpc --stdio`, or over the daemon's socket.
--
--   nvim --headless -u NONE -c 'luafile rdv.lua'                          starts `rdv rpc --stdio`, which logs in by itself
--   RDV_HOME=~/.remote-dev nvim --headless -u NONE -c 'luafile rdv.lua'   opens the socket in this data folder, with its token

local uv = vim.uv or vim.loop
local modern = vim.fn.has('nvim-0.10') == 1

--- A client as `vim.lsp.rpc` makes one, over a socket, for a Neovim that cannot open one by itself.
local function over_pipe(path, dispatchers)
  local pipe, buffer, sent, answers = uv.new_pipe(false), '', 0, {}

  local function write(message)
    message.jsonrpc = '2.0'
    local body = vim.json.encode(message)
    pipe:write(('Content-Length: %d\r\n\r\n%s'):format(#body, body))
  end

  local function take(message)
    if message.method then
      return dispatchers.notification(message.method, message.params)
    end
    local callback = answers[message.id]
    answers[message.id] = nil
    callback(message.error, message.result)
  end

  local function read(_, chunk)
    buffer = buffer .. (chunk or '')
    while true do
      local _, header_end = buffer:find('\r\n\r\n', 1, true)
      local length = header_end and tonumber(buffer:match('[Cc]ontent%-[Ll]ength:%s*(%d+)'))
      if not length or #buffer < header_end + length then
        return
      end
      local body = buffer:sub(header_end + 1, header_end + length)
      buffer = buffer:sub(header_end + length + 1)
      vim.schedule(function()
        take(vim.json.decode(body))
      end)
    end
  end

  pipe:connect(path, function(err)
    assert(not err, err)
    pipe:read_start(read)
  end)
  return {
    request = function(method, params, callback)
      sent = sent + 1
      answers[sent] = callback
      write({ id = sent, method = method, params = params })
      return true, sent
    end,
    notify = function(method, params)
      write({ method = method, params = params })
    end,
  }
end

--- rdv starts the daemon if it must, and adds the token to `initialize`.
local function start(dispatchers)
  if modern then
    return vim.lsp.rpc.start({ 'rdv', 'rpc', '--stdio' }, dispatchers)
  end
  return vim.lsp.rpc.start('rdv', { 'rpc', '--stdio' }, dispatchers)
end

local function connect(home, dispatchers)
  local path = home .. '/run/api.sock'
  return modern and vim.lsp.rpc.connect(path)(dispatchers) or over_pipe(path, dispatchers)
end

--- Calls, and waits for the answer. Returns the result, or nil and the error.
local function call(client, method, params)
  local done, err, result
  client.request(method, params, function(...)
    done, err, result = true, ...
  end)
  assert(vim.wait(10000, function() return done end, 5), method .. ' was not answered')
  return result, err
end

local function main()
  local told
  local dispatchers = {
    notification = function(method, params)
      if params.session.name == '日本語 é 🚀' then
        told = method .. ' ' .. params.session.name
      end
    end,
    server_request = function() return nil, vim.lsp.rpc.rpc_response_error(-32601) end,
    on_error = function(code) print('broken:', code) end,
    on_exit = function() end,
  }

  local home = vim.env.RDV_HOME
  local rdv = home and connect(home, dispatchers) or start(dispatchers)
  local token = home and vim.fn.readfile(home .. '/cli-token')[1]
  assert(call(rdv, 'initialize', { clientInfo = { name = 'rdv.lua' }, token = token }))

  call(rdv, 'event/subscribe', { names = { 'session/changed' } })
  local session = assert(call(rdv, 'session/create', { name = 'from Neovim', command = { 'cat' } }))
  call(rdv, 'session/rename', { id = session.id, name = '日本語 é 🚀' })
  print('renamed: ' .. call(rdv, 'session/get', { id = session.id }).name .. '\n')

  assert(vim.wait(10000, function() return told end, 5), 'nothing was told')
  print('told: ' .. told .. '\n')

  local _, err = call(rdv, 'session/get', { id = '00000000-0000-4000-8000-000000000000' })
  print(('error: %d %s\n'):format(err.code, err.data.code))

  -- A cancelled request has no answer that Neovim would show; what is asked next has.
  local _, waiting = rdv.request('session/wait', { id = session.id, ['until'] = 'exit', timeoutMs = 60000 }, function() end)
  rdv.notify('$/cancelRequest', { id = waiting })

  call(rdv, 'session/close', { id = session.id })
  rdv.notify('exit')
end

local ok, err = pcall(main)
if not ok then
  print(err)
end
vim.cmd(ok and 'qall!' or 'cquit')
