Vagrant.configure("2") do |config|
  config.vm.box = "#{target}/box"
  settings["ports"].each { |port| config.vm.network "forwarded_port", guest: port, host: port + 1000 }
  config.vm.provider("libvirt") { |libvirt| libvirt.memory = settings["memory"] }
end
