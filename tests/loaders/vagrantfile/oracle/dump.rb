# What a real Vagrant makes of Vagrantfiles: for each directory that is given, one line of JSON on stdout.
#
# A directory holds a Vagrantfile, and may hold home/Vagrantfile (the user's), boxes/NAME/Vagrantfile (a box's own,
# "/" in the name as "-") and case.json: {"provider": "libvirt", "env": {"NAME": "value"}}.
require "json"
require "ostruct"
require "set"
require "tmpdir"
require "vagrant"
require "vagrant/action/builtin/mixin_provisioners"

UNSET = Vagrant::Plugin::V2::Config::UNSET_VALUE

def plain(value)
  case value
  when nil, true, false, Integer, Float then value
  when Symbol, String then value.to_s
  when Hash
    value.each_with_object({}) { |(k, v), all| all[k.to_s] = plain(v) unless v.nil? || v == UNSET }
  when Set, Array then value.map { |item| plain(item) }
  when Range then value.to_a
  when Proc then "(a block)"
  when Regexp then value.inspect
  when Vagrant::Plugin::V2::Config then kept(value)
  else value.to_s
  end
end

# A configuration's variables, without those that are not set and those that are nobody else's.
def kept(config, besides = [])
  config.instance_variables.each_with_object({}) do |variable, all|
    name = variable.to_s.delete_prefix("@")
    value = config.instance_variable_get(variable)
    next if (name.start_with?("_") && !besides.include?(name)) || %w[logger errors].include?(name)
    next if value.nil? || value == UNSET
    all[name] = plain(value)
  end
end

# What the blocks of a provider say, joined, before defaults are put in.
def provider_block(vm, name)
  kind = Vagrant.plugin("2").manager.provider_configs[name]
  return nil unless kind
  config = kind.new
  vm.instance_variable_get(:@__providers)[name].each do |block|
    fresh = kind.new
    block.call(fresh, Vagrant::Config::V2::DummyConfig.new)
    config = config.merge(fresh)
  end
  untouched = kept(kind.new)
  kept(config).reject { |key, value| untouched[key] == value }
end

LISTS = %w[provisioners disks cloud_init_configs box_extra_download_options].freeze # shown apart

class Ordering
  include Vagrant::Action::Builtin::MixinProvisioners

  def self.of(provisioners)
    pairs = provisioners.map do |item|
      name = item.name
      name ||= item.config.name.to_sym if item.config.respond_to?(:name) && item.config.name.is_a?(String)
      [item, { name: name, before: item.before, after: item.after }]
    end
    new.send(:sort_provisioner_instances, pairs).map(&:first)
  end
end

def provisioner(item, machine)
  begin
    item.config.validate(machine)
  rescue StandardError
    nil # what it puts in shape before it fails is put in shape
  end
  name = item.name
  name ||= item.config.name if item.config.respond_to?(:name) && item.config.name.is_a?(String)
  {
    type: plain(item.type), name: plain(name), run: plain(item.run),
    before: plain(item.before), after: plain(item.after), preserve_order: item.preserve_order,
    communicator_required: item.communicator_required,
    options: kept(item.config, %w[__build_images __containers])
  }
end

def trigger(kind, item)
  options = kept(item)
  options["run"] = kept(item.run) if item.run
  options["run_remote"] = kept(item.run_remote) if item.run_remote
  options.delete("id")
  { type: kind, id: options.delete("command"), options: options }
end

def machine(vagrantfile, name, options, provider, boxes, root_path)
  config = vagrantfile.machine_config(name, provider, boxes, nil, false)[:config]
  vm = config.vm
  state = config.__internal_state
  sections = %i[vm ssh winrm winssh rdp nfs smb package vagrant solaris solaris11 smartos windows]
  fake = OpenStruct.new(name: name, config: config, env: OpenStruct.new(root_path: Pathname.new(root_path)))
  {
    name: name.to_s,
    primary: vagrantfile.primary_machine_name == name,
    autostart: options.fetch(:autostart, true) != false,
    declared: vm.__providers.map(&:to_s),
    sections: sections.to_h { |key| [key, kept(state["keys"][key]).except(*LISTS)] },
    networks: vm.networks.map { |type, opts| { type: type.to_s, options: plain(opts) } },
    folders: vm.synced_folders.map { |id, opts| { id: id.to_s, options: plain(opts) } },
    disks: vm.disks.map { |disk| kept(disk) },
    cloud_inits: vm.cloud_init_configs.map { |item| kept(item) },
    provisioners: Ordering.of(vm.provisioners).map { |item| provisioner(item, fake) },
    triggers: { before: config.trigger.before_triggers, after: config.trigger.after_triggers }.flat_map do |kind, items|
      items.map { |item| trigger(kind, item) }
    end,
    providers: vm.__providers.to_h { |key| [key, provider_block(vm, key)] }.compact,
    unknown: state["missing_key_calls"].to_a.sort
  }
end

# Stands for installed boxes.
class Boxes
  Found = Struct.new(:name, :provider, :directory)

  def initialize(directory)
    @directory = directory
  end

  def find(name, provider, _version)
    directory = @directory.join(name.tr("/", "-"))
    directory.directory? ? Found.new(name, provider, directory) : nil
  end
end

def dump(directory)
  settings = File.join(directory, "case.json")
  settings = File.file?(settings) ? JSON.parse(File.read(settings)) : {}
  ENV.update(settings.fetch("env", {}))
  provider = settings.fetch("provider", "libvirt").to_sym
  Dir.mktmpdir do |home|
    user = File.join(directory, "home", "Vagrantfile")
    FileUtils.cp(user, home) if File.file?(user)
    ENV["VAGRANT_HOME"] = home
    Dir.chdir(directory)
    # A new environment for each machine: the merge of named provisioners writes into what all of them share.
    fresh = lambda do
      Vagrant::Environment.new(cwd: directory, home_path: home, local_data_path: File.join(home, "data"),
                               ui_class: Vagrant::UI::Silent).vagrantfile
    end
    boxes = Boxes.new(Pathname.new(directory).join("boxes"))
    file = fresh.call
    machines = file.machine_names_and_options.map do |name, options|
      machine(fresh.call, name, options, provider, boxes, directory)
    end
    pushes = file.config.push.__compiled_pushes.map do |name, (strategy, config)|
      { type: strategy.to_s, id: name.to_s, options: kept(config) }
    end
    { machines: machines, pushes: pushes }
  end
end

ENV["VAGRANT_EXPERIMENTAL"] = "dependency_provisioners,disks,cloud_init"
ARGV.each do |directory|
  reader, writer = IO.pipe
  child = fork do
    reader.close
    $stdout.reopen($stderr)
    begin
      found = dump(File.expand_path(directory))
    rescue StandardError, SystemExit, ScriptError => e
      found = { error: "#{e.class}: #{e.message}", at: e.backtrace.to_a.first }
    end
    writer.write(JSON.generate(found))
    writer.close
    exit!(0)
  end
  writer.close
  text = reader.read
  Process.wait(child)
  puts text.empty? ? JSON.generate(error: "died") : text
end
