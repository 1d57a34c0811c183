;;; rdv.el --- Talks to rdv from Emacs 28 or newer  -*- lexical-binding: t -*-

;;; Commentary:

;; By `rdv rpc --stdio', which logs in by itself, or over the daemon's socket.
;;
;;   emacs -Q --batch -l rdv.el -f rdv-demo
;;   RDV_HOME=~/.remote-dev emacs -Q --batch -l rdv.el -f rdv-demo

;;; Code:

(require 'jsonrpc)

(defun rdv--connection (process on-notification)
  "Speak JSON-RPC with PROCESS; ON-NOTIFICATION takes a method and its params."
  (make-instance 'jsonrpc-process-connection
                 :name "rdv"
                 :process process
                 :notification-dispatcher
                 (lambda (_connection method params)
                   (funcall on-notification method params))))

(defun rdv-start (on-notification)
  "Start `rdv rpc --stdio', which starts the daemon if it must.
ON-NOTIFICATION takes a method and its params."
  (let ((rdv (rdv--connection
              (make-process :name "rdv"
                            :command '("rdv" "rpc" "--stdio")
                            :connection-type 'pipe
                            :coding 'utf-8-emacs-unix
                            :noquery t
                            :stderr (get-buffer-create "*rdv stderr*"))
              on-notification)))
    ;; The token is added on the way.
    (jsonrpc-request rdv :initialize '(:clientInfo (:name "rdv.el")))
    rdv))

(defun rdv-connect (home on-notification)
  "Open the socket in the data folder HOME, and log in with its token.
ON-NOTIFICATION takes a method and its params."
  (let ((rdv (rdv--connection
              (make-network-process :name "rdv"
                                    :family 'local
                                    :service (expand-file-name "run/api.sock" home)
                                    :coding 'utf-8-emacs-unix
                                    :noquery t)
              on-notification))
        (token (with-temp-buffer
                 (insert-file-contents (expand-file-name "cli-token" home))
                 (string-trim (buffer-string)))))
    (jsonrpc-request rdv :initialize
                     `(:clientInfo (:name "rdv.el") :token ,token))
    rdv))

(defun rdv--say (format &rest arguments)
  "Print a line: FORMAT with ARGUMENTS."
  (princ (apply #'format (concat format "\n") arguments)))

(defun rdv-demo ()
  "Rename a session, hear of it, and meet an error."
  (let* ((told nil)
         (listen (lambda (method params)
                   (when (equal (plist-get (plist-get params :session) :name)
                                "日本語 é 🚀")
                     (setq told method))))
         (home (getenv "RDV_HOME"))
         (rdv (if home (rdv-connect home listen) (rdv-start listen))))
    (jsonrpc-request rdv :event/subscribe '(:names ["session/changed"]))
    (let* ((session (jsonrpc-request rdv :session/create
                                     '(:name "from Emacs" :command ["cat"])))
           (id (plist-get session :id)))
      (jsonrpc-request rdv :session/rename `(:id ,id :name "日本語 é 🚀"))
      (rdv--say "renamed: %s"
                (plist-get (jsonrpc-request rdv :session/get `(:id ,id)) :name))

      (with-timeout (10 (error "Nothing was told"))
        (while (not told) (accept-process-output nil 0.05)))
      (rdv--say "told: %s %s" told "日本語 é 🚀")

      (condition-case failure
          (jsonrpc-request rdv :session/get
                           '(:id "00000000-0000-4000-8000-000000000000"))
        (jsonrpc-error
         (let ((facts (cddr failure)))
           (rdv--say "error: %s %s"
                     (alist-get 'jsonrpc-error-code facts)
                     (plist-get (alist-get 'jsonrpc-error-data facts) :code)))))

      (jsonrpc-request rdv :session/close `(:id ,id)))
    (jsonrpc-shutdown rdv)))

(provide 'rdv)
;;; rdv.el ends here
