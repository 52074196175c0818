config.vm.provision "shell", inline: "echo #{target}"
